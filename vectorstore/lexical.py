"""Chunks by the words they hold: tantivy finds the candidates, and BM25 is then computed on them exactly.

tantivy's BM25 has its two constants built in (k1 = 1.2, b = 0.75) and rounds the lengths. Other constants
suit short passages better, so tantivy only picks the candidates, which a forward index beside it scores.
"""

from __future__ import annotations

import errno
import json
import math
import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from vectorstore.base import DamagedError, Ids
from vectorstore.exact import Recent, among, best
from vectorstore.forward import PREFIX, ForwardIndex, ForwardWriter, Places, Statistics
from vectorstore.trouble import told_of_disk

CANDIDATES = 128  # of tantivy's, at least, that are scored
_MOST_CANDIDATES = 1600  # where many tie; scoring more takes too long
_FEW = 2_000  # allowed chunks that are all scored, and not searched for
_SPARE = 1.2  # times as many are taken as should hold enough of those allowed, and then
_MORE = 8  # times as many again
_MEMORY = 64_000_000  # bytes a writer may hold

Terms = Sequence[tuple[int, Mapping[str, str]]]
Counts = Mapping[str, Mapping[str, int]]


class TantivyIndex:
    """A folder written by tantivy that is never changed once built: `with_changes` makes another.

    The scores are those of `ForwardIndex`.
    """

    def __init__(
        self, index: Any, forward: ForwardIndex, weights: Mapping[str, float], deletions: int
    ) -> None:
        self._index = index
        self._forward = forward
        self._schema = index.schema
        self._searcher = index.searcher()
        self._columns = {name: f"text{i}" for i, name in enumerate(weights)}
        self._weights = dict(weights)
        self._deletions = deletions  # removed chunks that tantivy's files still hold
        self._frequencies: dict[tuple[str, str], int] = {}
        self._recent: Recent[Places] = Recent()

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
        folder.mkdir()
        index = _prepared(tantivy.Index(builder.build(), str(folder)))
        with ForwardWriter(folder, len(weights)) as forward:
            _write(index, forward, weights, (), batches)
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
            return cls(index, ForwardIndex.open(folder, weights), weights, _deleted(meta))
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
            elif not path.name.startswith((".", PREFIX)):
                _link(path, folder / path.name)
        index, gone = _prepared(_tantivy().Index.open(str(folder))), list(removed)
        with ForwardWriter(folder, len(self._weights)) as forward:
            forward.copy(self._forward, ~among(self._forward.ids, gone))
            _write(index, forward, self._weights, gone, batches)
        return self.open(folder, self.weights)

    @property
    def weights(self) -> dict[str, float]:
        """Return what each field counts."""
        return dict(self._weights)

    @property
    def deletions(self) -> int:
        """Return how many removed chunks the files still hold."""
        return self._deletions

    @property
    def ids(self) -> Ids:
        """Return the ids held, (n,), ascending."""
        return np.sort(self._forward.ids)

    def __len__(self) -> int:
        """Return the number of chunks."""
        return len(self._forward)

    def differing(self, chunks: Terms) -> list[int]:
        """Return the ids of those chunks that hold other tokens here than these."""
        return self._forward.differing(
            [(id_, [fields.get(name, "") for name in self._weights]) for id_, fields in chunks]
        )

    def unfound(self) -> list[int]:
        """Return the ids that are held and that tantivy, which picks the candidates, does not hold."""
        query, limit = _tantivy().Query.all_query(), max(1, len(self))
        hits = self._searcher.search(query, limit, count=False).hits
        picked = self._ids_at([address for _, address in hits])
        return [int(id_) for id_ in np.setdiff1d(self.ids, picked)]

    def misfound(self, chunks: Iterable[Terms]) -> list[str]:
        """Return the tokens that tantivy finds in more or fewer chunks than hold them; `chunks` are all."""
        counts: Counter[tuple[str, str]] = Counter()
        for some in chunks:
            for _, fields in some:
                for name in self._weights:
                    counts.update((name, token) for token in set(fields.get(name, "").split()))
        return [token for (name, token), count in counts.items() if self._frequency(name, token) != count]

    @property
    def statistics(self) -> Statistics:
        """Return what tokens are weighed by."""
        return Statistics(len(self), self._forward.tokens, self._frequency)

    def search(
        self,
        query: Mapping[str, Iterable[str]],
        k: int,
        allowed: Collection[int] | None = None,
        statistics: Statistics | None = None,
    ) -> list[tuple[int, float]]:
        """Return the `k` best (id, score) for tokens by field, best first; chunks that share none are out.

        `statistics` are those of a larger index that this one is searched as a part of; its own by default.
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
        places = None if allowed is None else self._recent.get(allowed, self._forward.places)
        if places is None or len(places) > _FEW:
            places = self._candidates(counts, k, places)
        scores = self._forward.scores(places, counts, self._weights, statistics or self.statistics)
        shared = scores > 0
        return best(self._forward.ids[places[shared]], scores[shared], k)

    def _candidates(self, counts: Counts, k: int, allowed: Places | None) -> Places:
        """Return the places of tantivy's best among those `allowed`: more, within reason, where they tie."""
        queries, occur = _tantivy().Query, _tantivy().Occur
        terms = []
        for name, tokens in counts.items():
            for token, count in tokens.items():
                term = queries.term_query(self._schema, self._columns[name], token, "freq")
                terms.append((occur.Should, queries.boost_query(term, self._weights[name] * count)))
        if not terms or not len(self):
            return np.empty(0, dtype=np.int64)
        query, wanted, usable = queries.boolean_query(terms), max(2 * k, CANDIDATES), None
        most, limit = max(wanted, _MOST_CANDIDATES), wanted
        if allowed is not None:
            # A filter inside tantivy's query takes far longer than looking past what it would leave out.
            usable = np.zeros(len(self), dtype=np.bool_)
            usable[allowed] = True
            limit = math.ceil(_SPARE * wanted * len(self) / len(allowed))
        while True:
            hits = self._searcher.search(query, min(limit, len(self)), count=False).hits
            places = self._forward.places(self._ids_at([address for _, address in hits]))
            scores = np.array([score for score, _ in hits])
            if usable is not None:
                places, scores = places[usable[places]], scores[usable[places]]
            if len(places) >= wanted and scores[k - 1] > scores[wanted - 1]:
                return places[:wanted]
            if len(hits) < limit or len(places) >= most:
                return places[:most]
            limit *= _MORE  # too few are allowed, or tantivy broke ties by its own order

    def _frequency(self, name: str, token: str) -> int:
        """Return how many chunks hold the token in that field."""
        column = self._columns[name]
        if not self._deletions:
            return int(self._searcher.doc_freq(column, token))
        # tantivy still counts removed chunks until it has merged them away.
        if (column, token) not in self._frequencies:
            query = _tantivy().Query.term_query(self._schema, column, token, "freq")
            self._frequencies[column, token] = int(self._searcher.search(query, 1, count=True).count)
        return self._frequencies[column, token]

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
    index: Any,
    forward: ForwardWriter,
    weights: Mapping[str, float],
    removed: Iterable[int],
    batches: Iterable[Terms],
) -> None:
    tantivy = _tantivy()
    with told_of_disk(other=errno.EIO):
        writer = index.writer(_MEMORY, 1)
        gone = [int(id_) for id_ in removed]
        if gone:
            writer.delete_documents_by_query(tantivy.Query.term_set_query(index.schema, "id", gone))
    for batch in batches:
        documents = []
        for id_, fields in batch:
            document = tantivy.Document()
            document.add_unsigned("id", id_)
            texts = [fields.get(name, "") for name in weights]
            for i, text in enumerate(texts):
                document.add_text(f"text{i}", text)
            documents.append(document)
            forward.add(id_, texts)
        with told_of_disk(other=errno.EIO):
            for document in documents:
                writer.add_document(document)
    with told_of_disk(other=errno.EIO):
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
