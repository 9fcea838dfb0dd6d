"""Chunks by the words they hold: tantivy finds the candidates, and BM25 is then computed on them exactly.

tantivy's BM25 has its two constants built in (k1 = 1.2, b = 0.75) and rounds the lengths. Other constants
suit short passages better, so tantivy only picks the candidates here, and with each chunk it keeps the CRC-32
of its tokens, 4 bytes each, from which the scores are computed.
"""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.base import DamagedError, Ids
from vectorstore.exact import best

K1 = 0.9  # how soon more of one token stops counting
B = 0.4  # how much long chunks are held back
CANDIDATES = 200  # of tantivy's, at least, that are scored
_MOST_CANDIDATES = 1600  # where many tie; scoring more takes too long
_MEMORY = 64_000_000  # bytes a writer may hold

Terms = Sequence[tuple[int, Mapping[str, str]]]


class TantivyIndex:
    """A folder written by tantivy that is never changed once built: `with_changes` makes another.

    The score of a chunk ``c`` for a query, with ``N`` chunks, ``df`` of which hold a token, is the sum over
    the fields and over the query's tokens, each as often as the query repeats it, of::

        weight(field) · ln(1 + (N − df + ½) / (df + ½)) · tf / (tf + k1 · (1 − b + b · |c| / mean |c|))

    (Robertson and Zaragoza 2009, with Lucene's idf). ``|c|`` is the number of tokens of the field.
    """

    def __init__(self, index: Any, weights: Mapping[str, float], deletions: int) -> None:
        self._index = index
        self._schema = index.schema
        self._searcher = index.searcher()
        self._columns = {name: (f"text{i}", f"codes{i}", w) for i, (name, w) in enumerate(weights.items())}
        self._deletions = deletions  # removed chunks that the files still hold
        self._frequencies: dict[tuple[str, str], int] = {}
        self._means = {name: self._mean(f"length{i}") for i, name in enumerate(weights)}

    @classmethod
    def build(cls, folder: Path, batches: Iterable[Terms], weights: Mapping[str, float]) -> TantivyIndex:
        """Write an index into the new folder `folder` and return it.

        Args:
            folder: made here; its parent must exist.
            batches: of (id, tokens joined by spaces, by field); no id twice. Fields not in `weights` are out.
            weights: what a field's score counts, by field; their order is part of the index.
        """
        tantivy = _tantivy()
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("id", indexed=True, fast=True)
        for i in range(len(weights)):
            builder.add_text_field(f"text{i}", tokenizer_name="spaces", index_option="freq")
            builder.add_bytes_field(f"codes{i}", stored=True)
            builder.add_unsigned_field(f"length{i}", fast=True)
        folder.mkdir()
        index = _prepared(tantivy.Index(builder.build(), str(folder)))
        _write(index, weights, (), batches)
        return cls.open(folder, weights)

    @classmethod
    def open(cls, folder: Path, weights: Mapping[str, float], elsewhere: Path | None = None) -> TantivyIndex:
        """Return the index in `folder`; check the checksums first, since tantivy checks few of its own.

        Args:
            folder: as `build` left it.
            weights: for as many fields as it was built with, in the same order.
            elsewhere: a new folder to make links in, where `folder` cannot be written: to read an index,
                tantivy must make a lock file beside it.

        Raises:
            DamagedError: if there is none, or it was built for another number of fields.
        """
        if elsewhere is not None:
            elsewhere.mkdir(parents=True)
            for path in folder.iterdir():
                if not path.name.endswith(".lock"):
                    _mirror(path, elsewhere / path.name)
            folder = elsewhere
        tantivy = _tantivy()
        try:
            meta = json.loads((folder / "meta.json").read_bytes())
            columns = sum(field["name"].startswith("text") for field in meta["schema"])
            if columns != len(weights):
                raise DamagedError(f"{folder.name}: {columns} fields, expected {len(weights)}")
            index = _prepared(tantivy.Index.open(str(folder)))
            return cls(index, weights, _deleted(meta))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedError(f"{folder.name}: {error}") from error

    def with_changes(
        self, source: Path, folder: Path, removed: Iterable[int], batches: Iterable[Terms]
    ) -> TantivyIndex:
        """Write a changed copy of this index, which lies in `source`, into the new `folder`, and return it.

        The files that stay the same are linked, not copied, where the disk can.
        """
        folder.mkdir()
        for path in source.iterdir():
            if path.suffix == ".json":
                shutil.copyfile(path, folder / path.name)
            elif not path.name.startswith("."):
                _link(path, folder / path.name)
        index = _prepared(_tantivy().Index.open(str(folder)))
        _write(index, self.weights, removed, batches)
        return self.open(folder, self.weights)

    @property
    def weights(self) -> dict[str, float]:
        """Return what each field counts."""
        return {name: weight for name, (_, _, weight) in self._columns.items()}

    @property
    def deletions(self) -> int:
        """Return how many removed chunks the files still hold."""
        return self._deletions

    @property
    def ids(self) -> Ids:
        """Return the ids held, (n,), ascending."""
        every = self._searcher.search(_tantivy().Query.all_query(), max(1, len(self)), count=False).hits
        return np.sort(self._ids_at([address for _, address in every]))

    def __len__(self) -> int:
        """Return the number of chunks."""
        return int(self._searcher.num_docs)

    def search(
        self, query: Mapping[str, Iterable[str]], k: int, allowed: Collection[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return the `k` best (id, score) for tokens by field, best first; chunks that share none are out.

        Equal scores stand by ascending id. The best `k` are taken from tantivy's best `CANDIDATES` (2 `k`,
        where that is more), so the last of many may differ from a search of every chunk.

        Raises:
            ValueError: if `k` is below 1 or a field is not known.
        """
        if k < 1:
            raise ValueError(f"k is {k}, expected at least 1")
        counts: dict[str, dict[str, int]] = {}
        for name, tokens in query.items():
            if name not in self._columns:
                raise ValueError(f"field {name!r} is not one of {', '.join(self._columns)}")
            counts[name] = {}
            for token in tokens:
                counts[name][token] = counts[name].get(token, 0) + 1
        addresses = self._candidates(counts, k, allowed)
        if not addresses:
            return []
        return best(self._ids_at(addresses), self._scores(addresses, counts), k)

    def _candidates(
        self, counts: Mapping[str, Mapping[str, int]], k: int, allowed: Collection[int] | None
    ) -> list[Any]:
        queries, occur = _tantivy().Query, _tantivy().Occur
        terms = []
        for name, tokens in counts.items():
            column, _, weight = self._columns[name]
            for token, count in tokens.items():
                term = queries.term_query(self._schema, column, token, "freq")
                terms.append((occur.Should, queries.boost_query(term, weight * count)))
        if not terms or (allowed is not None and not allowed):
            return []
        wanted_query = queries.boolean_query(terms)
        if allowed is not None:
            some = queries.term_set_query(self._schema, "id", [int(id_) for id_ in allowed if id_ >= 0])
            among = queries.const_score_query(some, 0.0)
            wanted_query = queries.boolean_query([(occur.Must, among), (occur.Must, wanted_query)])
        return [address for _, address in self._hits(wanted_query, k, max(2 * k, CANDIDATES))]

    def _hits(self, query: Any, k: int, limit: int) -> list[tuple[float, Any]]:
        """Return up to `limit` hits; more, within reason, where the k-th ties with the last."""
        most = min(len(self), max(limit, _MOST_CANDIDATES))
        while True:
            hits: list[tuple[float, Any]] = self._searcher.search(query, limit, count=False).hits
            if len(hits) < limit or limit >= most or hits[k - 1][0] > hits[-1][0]:
                return hits
            limit = most  # tantivy breaks ties by its own order

    def _scores(
        self, addresses: Sequence[Any], counts: Mapping[str, Mapping[str, int]]
    ) -> NDArray[np.float32]:
        total = np.zeros(len(addresses))
        documents = [self._searcher.doc(address) for address in addresses]
        for name, tokens in counts.items():
            _, codes, weight = self._columns[name]
            chunks = [np.frombuffer(document.get_first(codes), dtype="<u4") for document in documents]
            total += weight * self._field_scores(name, tokens, chunks)
        return total.astype(np.float32)

    def _field_scores(
        self, name: str, tokens: Mapping[str, int], chunks: list[NDArray[np.uint32]]
    ) -> NDArray[np.float64]:
        lengths = np.array([len(chunk) for chunk in chunks])
        gains: dict[int, float] = {}
        for token, count in tokens.items():
            frequency = self._frequency(name, token)
            gain = count * np.log1p((len(self) - frequency + 0.5) / (frequency + 0.5))
            code = zlib.crc32(token.encode())
            gains[code] = gains.get(code, 0.0) + gain
        if not gains:
            return np.zeros(len(chunks))
        terms = np.array(sorted(gains), dtype=np.uint32)  # (m,)
        every = np.concatenate(chunks)
        place = np.minimum(np.searchsorted(terms, every), len(terms) - 1)
        hit = terms[place] == every
        row = np.repeat(np.arange(len(chunks)), lengths)
        tf = np.bincount(row[hit] * len(terms) + place[hit], minlength=len(chunks) * len(terms))
        tf = tf.reshape(len(chunks), len(terms)).astype(np.float64)
        length = lengths / self._means[name] if self._means[name] else lengths
        parts = tf / (tf + K1 * (1 - B + B * length[:, None]))
        scores: NDArray[np.float64] = (parts * np.array([gains[int(term)] for term in terms])).sum(axis=1)
        return scores

    def _frequency(self, name: str, token: str) -> int:
        """Return how many chunks hold the token in that field."""
        column = self._columns[name][0]
        if not self._deletions:
            return int(self._searcher.doc_freq(column, token))
        # tantivy still counts removed chunks until it has merged them away.
        if (column, token) not in self._frequencies:
            query = _tantivy().Query.term_query(self._schema, column, token, "freq")
            self._frequencies[column, token] = int(self._searcher.search(query, 1, count=True).count)
        return self._frequencies[column, token]

    def _mean(self, column: str) -> float:
        request = {"total": {"sum": {"field": column}}}
        total = self._searcher.aggregate(_tantivy().Query.all_query(), request)["total"]["value"] or 0.0
        return float(total) / max(1, len(self))

    def _ids_at(self, addresses: list[Any]) -> Ids:
        return np.array(self._searcher.fast_field_values("id", addresses), dtype=np.int64)


def _prepared(index: Any) -> Any:
    """Give an index the tokenizer its text was cut by, and stop it from watching its folder."""
    tantivy = _tantivy()
    index.register_tokenizer("spaces", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    index.config_reader("manual")
    index.reload()
    return index


def _write(
    index: Any, weights: Mapping[str, float], removed: Iterable[int], batches: Iterable[Terms]
) -> None:
    tantivy = _tantivy()
    writer = index.writer(_MEMORY, 1)
    gone = [int(id_) for id_ in removed]
    if gone:
        writer.delete_documents_by_query(tantivy.Query.term_set_query(index.schema, "id", gone))
    for batch in batches:
        for id_, fields in batch:
            document = tantivy.Document()
            document.add_unsigned("id", id_)
            for i, name in enumerate(weights):
                text = fields.get(name, "")
                codes = [zlib.crc32(token) for token in text.encode().split()]
                document.add_text(f"text{i}", text)
                document.add_bytes(f"codes{i}", np.array(codes, dtype="<u4").tobytes())
                document.add_unsigned(f"length{i}", len(codes))
            writer.add_document(document)
    writer.commit()
    writer.garbage_collect_files()
    writer.wait_merging_threads()


def _deleted(meta: Mapping[str, Any]) -> int:
    deletes = [segment["deletes"] for segment in meta["segments"]]
    return sum(some["num_deleted_docs"] for some in deletes if some)


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def _mirror(source: Path, target: Path) -> None:
    try:
        target.symlink_to(source)
    except OSError:
        shutil.copyfile(source, target)


def _tantivy() -> Any:
    return import_module("tantivy")
