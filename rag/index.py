"""Keep an index of a folder up to date: read what is new, forget what is gone, leave the rest alone."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path

from rag import corpus
from rag.analysis import Analyzer
from rag.encoder import EMBEDDED, Encoder, StaticEncoder, load_encoder
from rag.errors import CorpusError, DocumentError, StoreError
from rag.filters import Filters, Listing
from rag.hub import Progress as Progress
from rag.records import Recorder, document_of
from rag.schema import Document
from rag.settings import Settings
from rag.sync import FileState, Plan, SyncReport, state_of
from vectorstore.base import CatalogError, Ids, LockedError, Skipped
from vectorstore.store import Store

FIELDS = {"words": 1.0, "grams": 0.5, "names": 1.0}  # what a match in each search field counts
FORMAT = "2"  # of chunking and analysis: raised when either changes, so that older indexes are built anew
PATIENCE = 60.0  # seconds to wait for another process that is writing
BATCH = 256  # documents embedded and committed together


class Index:
    """A store, and what is needed to fill it and to ask it."""

    def __init__(
        self, store: Store, encoder: Encoder, tokens: StaticEncoder, folder: Path, settings: Settings
    ) -> None:
        self.store = store
        self.encoder = encoder
        self.tokens = tokens  # always the embedded one: it compares words, whatever compares passages
        self.analyzer = Analyzer()
        self.folder = folder
        self.report = SyncReport()
        self._settings = settings
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._listing: Listing | None = None

    @classmethod
    def open(
        cls, folder: Path, settings: Settings, *, progress: Progress | None = None, rebuild: bool = False
    ) -> Index:
        """Open the index of `folder`, made when it is not there, and bring it up to date.

        Raises:
            CorpusError: if the folder is missing, empty or cannot be read.
            StoreError: if the index is of another encoder, or cannot be read or written.
            ModelError: if the encoder cannot be loaded.
        """
        corpus.scan(folder)  # a folder that cannot be read gets no index
        encoder, tokens = encoders(settings, progress)
        home = place(folder, settings)
        with _explained(home):
            try:
                return cls._opened(home, encoder, tokens, folder, settings, progress, rebuild)
            except (CatalogError, sqlite3.DatabaseError) as error:
                if not rebuild or isinstance(error, sqlite3.OperationalError):
                    raise
            shutil.rmtree(home)  # damaged, and all of it can be made again from the folder
            return cls._opened(home, encoder, tokens, folder, settings, progress, rebuild)

    @classmethod
    def _opened(
        cls,
        home: Path,
        encoder: Encoder,
        tokens: StaticEncoder,
        folder: Path,
        settings: Settings,
        progress: Progress | None,
        rebuild: bool,
    ) -> Index:
        home.mkdir(parents=True, exist_ok=True)
        store = Store.open(home, fields=FIELDS, dimension=encoder.dimension)
        index = cls(store, encoder, tokens, folder, settings)
        try:
            index._adopt(rebuild)
            index._sync(progress)
        except BaseException:
            index.close()
            raise
        return index

    @classmethod
    def from_documents(
        cls, documents: Iterable[Document], settings: Settings, *, progress: Progress | None = None
    ) -> Index:
        """Index `documents` in a temporary folder, which goes when the index is closed."""
        encoder, tokens = encoders(settings, progress)
        documents = list(documents)
        temporary = tempfile.TemporaryDirectory(prefix="isnad-")
        home = Path(temporary.name)
        index = cls(
            Store.open(home, fields=FIELDS, dimension=encoder.dimension), encoder, tokens, home, settings
        )
        index._temporary = temporary
        try:
            index._adopt(rebuild=False)
            index._put(
                ((document, FileState(document.sha256, len(document.text), 0)) for document in documents),
                len(documents),
                progress,
            )
            index.store.sync(progress)
        except BaseException:
            index.close()
            raise
        return index

    def close(self) -> None:
        """Close the store; a temporary one is removed."""
        self.store.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    # What is in it

    def documents(self, filters: Filters | None = None) -> list[Document]:
        """Return every document that meets `filters`, by id; raises as `select`."""
        return [self.document(name) for name in self._list().names(filters)]

    def document(self, document_id: str) -> Document:
        """Return one document.

        Raises:
            DocumentError: if there is none of that id.
        """
        record = self.store.catalog.document(document_id)
        if record is None:
            raise self._list().missing(document_id)
        return document_of(record)

    def select(self, filters: Filters | None) -> Ids | None:
        """Return the ids of the chunks of the documents that meet `filters`, ascending; None means all.

        Raises:
            DocumentError: if there is no document of a name, or a pattern matches none.
            SettingsError: if no document is in one of the languages, of the time, or meets all conditions.
        """
        return self._list().chunks(filters) if filters else None

    @property
    def languages(self) -> frozenset[str]:
        """Return the languages of the documents, ISO 639-1, where they are known."""
        return self._list().languages

    def skipped(self) -> list[tuple[str, str]]:
        """Return the files that could not be read: (name, reason)."""
        return [(file.name, file.reason) for file in self.store.catalog.skipped()]

    def _list(self) -> Listing:
        """Return the listing of the catalog as it is; threads may make it twice, and it is the same."""
        listing = self._listing
        if listing is None or listing.generation != self.store.catalog.generation:
            self._listing = listing = Listing.of(self.store.catalog)
        return listing

    # Bringing it up to date

    def sync(self, progress: Progress | None = None) -> SyncReport:
        """Read what is new or changed in the folder, forget what is gone, and say so.

        A file counts as unchanged while its size and its time stay the same, or else its bytes.

        Raises:
            CorpusError: if the folder is missing, empty or cannot be read.
            StoreError: if the index cannot be written.
        """
        with _explained(self.store.catalog.path.parent):
            return self._sync(progress)

    def _sync(self, progress: Progress | None) -> SyncReport:
        files = {path.relative_to(self.folder).as_posix(): path for path in corpus.scan(self.folder)}
        catalog = self.store.catalog
        plan = Plan.of(files, catalog)
        if plan.work or self.store.stale:
            with catalog.writing(timeout=PATIENCE):
                plan = Plan.of(files, catalog)  # another process may have been quicker
                if plan.work:
                    self._carry_out(plan, files, progress)
                self.store.sync(progress)
        self.report = plan.report()
        if not (self.report.added or self.report.changed or self.report.unchanged):
            name, reason = self.report.skipped[0]
            raise CorpusError(
                f"no document in {self.folder} can be read; the first of {len(self.report.skipped)} files, "
                f"{name}: {reason}"
            )
        return self.report

    def _carry_out(self, plan: Plan, files: dict[str, Path], progress: Progress | None) -> None:
        catalog = self.store.catalog
        digests = {entry.name: entry.digest for entry in catalog.documents()}

        def fresh() -> Iterator[tuple[Document, FileState]]:
            for done, name in enumerate(plan.pending):
                if progress:
                    progress("reading", done, len(plan.pending))
                size, mtime_ns = state_of(files[name])
                try:
                    document, digest = corpus.read_file(
                        files[name], self.folder, max_bytes=self._settings.max_file_bytes
                    )
                except DocumentError as error:
                    plan.skipped[name] = Skipped(name, error.reason, "", size, mtime_ns)
                    continue
                if digests.get(name) == digest:
                    catalog.touch(name, size=size, mtime_ns=mtime_ns)
                    plan.unchanged.append(name)
                    continue
                (plan.changed if name in digests else plan.added).append(name)
                yield document, FileState(digest, size, mtime_ns)
            if progress:
                progress("reading", len(plan.pending), len(plan.pending))

        self._put(fresh(), len(plan.pending), progress)
        plan.gone = sorted({*plan.gone, *(plan.skipped.keys() & plan.known.keys())})
        if plan.gone:
            catalog.remove(plan.gone)
        catalog.set_skipped([plan.skipped[name] for name in sorted(plan.skipped)])

    def _put(
        self, documents: Iterable[tuple[Document, FileState]], total: int, progress: Progress | None
    ) -> None:
        """Chunk, analyse, embed and commit documents, a batch at a time; `total` is how many at most."""
        recorder = Recorder(self.encoder, self.tokens, self.analyzer, self._settings.batch_size)
        waiting = iter(documents)
        done = 0
        while batch := list(islice(waiting, BATCH)):
            tell = partial(_tell, progress, done, done + len(batch), total) if progress else None
            self.store.catalog.put_many(recorder.records(batch, tell))
            done += len(batch)
        if progress and done and self.encoder is not self.tokens:
            progress("embedding", total, total)  # the rest had nothing new in them

    def _adopt(self, rebuild: bool) -> None:
        """Make sure that what is stored was made by this encoder; start anew where nothing is lost by it."""
        catalog = self.store.catalog
        name = catalog.get_meta("encoder")
        if name is not None and name != self.encoder.name and not rebuild:
            raise StoreError(
                f"index was built with encoder '{name}', but '{self.encoder.name}' is set; "
                f"run `isnad index --rebuild` or set ISNAD_ENCODER={name}"
            )
        wanted = {"encoder": self.encoder.name, "fingerprint": self._fingerprint(), "format": FORMAT}

        def fits() -> bool:
            return all(catalog.get_meta(key) == value for key, value in wanted.items())

        if rebuild or not fits():
            with catalog.writing(timeout=PATIENCE):
                if rebuild or not fits():  # another process may have been quicker
                    catalog.clear()
                    catalog.set_meta(wanted)

    def _fingerprint(self) -> str:
        """Return a digest of both encoders: the passages' vectors and token ids depend on them."""
        both = f"{self.encoder.fingerprint} {self.tokens.fingerprint}"
        return hashlib.sha256(both.encode()).hexdigest()


def place(folder: Path, settings: Settings) -> Path:
    """Return where the index of `folder` is kept: a folder of its own under ISNAD_HOME."""
    resolved = folder.resolve()
    digest = hashlib.sha256(os.fsencode(resolved)).hexdigest()[:12]
    name = re.sub(r"[^\w.-]", "_", resolved.name)[:40] or "root"
    return settings.home / "indexes" / f"{name}-{digest}"


@lru_cache(maxsize=1)
def _embedded() -> StaticEncoder:
    return StaticEncoder.open(name=EMBEDDED)


def encoders(settings: Settings, progress: Progress | None = None) -> tuple[Encoder, StaticEncoder]:
    """Return the encoder that compares passages, and the one that compares words, which may be the same.

    Raises:
        ModelError: if one cannot be loaded.
    """
    tokens = _embedded()  # immutable, so that all pipelines of a process share one
    if settings.encoder == EMBEDDED:
        return tokens, tokens
    encoder = load_encoder(
        settings.encoder,
        device=settings.device,
        batch_size=settings.batch_size,
        query_prompt=settings.query_prompt,
        document_prompt=settings.document_prompt,
        progress=progress,
    )
    return encoder, tokens


def _tell(progress: Progress, first: int, last: int, total: int, share: float) -> None:
    """Show how many of `total` documents are embedded, where `share` of `first` to `last` are."""
    progress("embedding", first + share * (last - first), total)


def _damaged(home: Path, error: Exception) -> str:
    found = str(error).split(";")[0]  # what the store advises is not how it is mended from here
    return f"the index in {home} cannot be used ({found}); run `isnad index FOLDER --rebuild`"


@contextmanager
def _explained(home: Path) -> Iterator[None]:
    """Turn what a store or the disk raises into an error that says what to do."""
    try:
        yield
    except LockedError as error:
        raise StoreError(
            f"the index in {home} is being written by {error.owner}; try again shortly"
        ) from None
    except (CatalogError, sqlite3.Error) as error:
        raise StoreError(_damaged(home, error)) from error
    except OSError as error:
        raise StoreError(
            f"the index in {home} cannot be written ({error.strerror}); free the disk or set ISNAD_HOME "
            "to a folder that can be written"
        ) from error
