"""Keep an index of a folder up to date: read what is new, forget what is gone, leave the rest alone."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from rag import metrics
from rag.analysis import Analyzer
from rag.encoder import EMBEDDED, Encoder, StaticEncoder, embedded_encoder, load_encoder
from rag.errors import CorpusError, StoreError
from rag.filters import Filters, Listing, state_of
from rag.homes import LINKS, follows_links
from rag.homes import explained as explained
from rag.homes import place as place
from rag.homes import scan as scan
from rag.hub import Progress as Progress
from rag.memory import give_back
from rag.records import Recorder, document_of
from rag.schema import Document
from rag.settings import Settings
from rag.sync import FileState, Plan, SyncReport
from rag.updating import BATCH, Stop, Update, share
from vectorstore.base import CatalogError, Ids, LockedError, OutdatedError
from vectorstore.discarding import discard, identity_of
from vectorstore.store import Store
from vectorstore.trouble import of_disk

FIELDS = {"words": 1.0, "grams": 0.5, "names": 1.0}  # what a match in each search field counts
FORMAT = "3"  # of loading, chunking, analysis: raised when one changes, so that older indexes are built anew
PATIENCE = 60.0  # seconds to wait for another process that is writing

_log = logging.getLogger("isnad.index")


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
        cls,
        folder: Path,
        settings: Settings,
        *,
        progress: Progress | None = None,
        rebuild: bool = False,
        stop: Stop | None = None,
        alone: bool = False,
    ) -> Index:
        """Open the index of `folder`, made when it is not there, and bring it up to date.

        Args:
            folder: the documents.
            settings: encoder, limits, and where indexes are kept.
            progress: is told what is done.
            rebuild: read and embed every document anew; until that is done, the old index answers.
            stop: as in `sync`.
            alone: refuse while another process is writing, where otherwise what it last published is used.

        Raises:
            CorpusError: if the folder is missing, empty or cannot be read.
            StoreError: if the index is of another encoder, or cannot be read or written.
            ModelError: if the encoder cannot be loaded.
        """
        home = place(folder, settings)
        settings = settings.model_copy(update={"follow_links": follows_links(home, settings)})
        files = scan(folder, settings)  # a folder that cannot be read gets no index
        encoder, tokens = encoders(settings, progress)

        def opened() -> Index:
            # Whoever may not look into the folder may not look into the copy of its texts, either.
            home.mkdir(0o700 | folder.stat().st_mode & 0o777, parents=True, exist_ok=True)
            store = Store.open(home, fields=FIELDS, dimension=encoder.dimension)
            index = cls(store, encoder, tokens, folder, settings)
            try:
                index._adopt(rebuild)
                index._sync(progress, stop, files=files, anew=rebuild, alone=alone)
            except BaseException:
                index.close()
                raise
            return index

        with explained(home):
            seen = identity_of(home)
            try:
                return opened()
            except OutdatedError:
                pass
            except (CatalogError, sqlite3.DatabaseError, UnicodeDecodeError) as error:
                if not rebuild or of_disk(error):
                    raise
            discard(home, seen)  # of an older form or damaged; all of it can be made again from the folder
            return opened()

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
            recorder = index.make_recorder(encoder)
            for first in range(0, len(documents), BATCH):
                some = documents[first : first + BATCH]
                tell = partial(share, progress, first, first + len(some), len(documents))
                pairs = [(document, FileState(document.sha256, len(document.text), 0)) for document in some]
                index.store.catalog.put_many(recorder.records(pairs, tell))
            if progress and documents and encoder is not tokens:
                progress("embedding", len(documents), len(documents))
            index.store.sync(progress)
        except BaseException:
            index.close()
            raise
        return index

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the store; a temporary one is removed."""
        self.store.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    # What is in it

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let everything that this thread reads in the block be of one state, the last complete one.

        Raises:
            StoreError: if the index turns out to be damaged.
        """
        with explained(self.home), self.store.reading():
            yield

    def documents(self, filters: Filters | None = None) -> list[Document]:
        """Return every document that meets `filters`, by id; raises as `select`."""
        return [self.document(name) for name in self._list().names(filters)]

    def document(self, document_id: str) -> Document:
        """Return one document; the letters and marks of its id may be written in another form (NFC, NFD).

        Raises:
            DocumentError: if there is none of that id.
        """
        record = self.store.catalog.document(document_id)
        if record is None and (called := self._list().called(document_id)):
            record = self.store.catalog.document(called)
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
        if listing is None or listing.state != state_of(self.store.catalog):
            self._listing = listing = Listing.of(self.store.catalog)
        return listing

    # Bringing it up to date

    def sync(self, progress: Progress | None = None, stop: Stop | None = None) -> SyncReport:
        """Read what is new or changed in the folder, forget what is gone, and say so.

        Where another process is writing, nothing is done, and the report says who that is; what was last
        published by it is answered from. Of an index that cannot be written, too, the last state is kept, and
        the report says how many files are `left`.

        Args:
            progress: is told what is done.
            stop: asked before each file; when it says so, the run ends, and the next one goes on there.

        Raises:
            CorpusError: if the folder is missing, empty or cannot be read.
            StoreError: if the index cannot be written, or there is none yet and another process writes it.
        """
        with explained(self.home):
            report = self._sync(progress, stop)
        if report.added or report.changed or report.renamed or report.removed:
            give_back()
        return report

    @property
    def home(self) -> Path:
        """Return the folder of the index."""
        return self.store.folder

    def _sync(
        self,
        progress: Progress | None,
        stop: Stop | None = None,
        *,
        files: Mapping[str, Path] | None = None,
        anew: bool = False,
        alone: bool = False,
    ) -> SyncReport:
        """Bring it up to date: `anew` reads everything, `alone` refuses while another process is writing."""
        files = files if files is not None else scan(self.folder, self._settings)
        most = self._settings.max_file_bytes
        plan = Plan.of(files, self.store.catalog, anew=anew, max_bytes=most)
        if not (plan.work or self.store.stale):
            self.report = Update.of(self, plan, files, self._settings).report()
            return self._checked()
        if self.store.catalog.readonly:
            if plan.work and (alone or not self.store.ready):
                raise self.store.refusal or OSError(errno.EROFS, os.strerror(errno.EROFS))
            self.store.sync(progress)  # into a folder of its own
            self.report = Update.of(self, plan, files, self._settings).report(left=len(plan.pending))
            return self._checked()
        try:
            with self.store.writing(0.0 if alone or self.store.ready else PATIENCE):
                files = scan(self.folder, self._settings)  # another process may have been quicker
                plan = Plan.of(files, self.store.catalog, anew=anew, max_bytes=most)
                update = Update.of(self, plan, files, self._settings, progress, stop, anew)
                if plan.work:
                    self.report = update.run()
                else:
                    self.store.sync(progress)
                    self.report = update.report()
        except LockedError as error:
            if alone or not self.store.ready:
                raise
            _log.info("another process is writing", extra={"writer": error.owner})
            self.report = replace(Update.of(self, plan, files, self._settings).report(), writer=error.owner)
            metrics.looked(self.report)
            return self.report
        return self._checked()

    def _checked(self) -> SyncReport:
        report = self.report
        metrics.looked(report)
        _log.info("looked at the folder", extra={"folder": str(self.folder), **report.counts()})
        held = report.added or report.changed or report.unchanged or report.renamed
        if not held and not report.left and report.skipped:
            name, reason = report.skipped[0]
            raise CorpusError(
                f"no document in {self.folder} can be read; the first of {len(report.skipped)} files, "
                f"{name}: {reason}"
            )
        return report

    def make_recorder(self, encoder: Encoder) -> Recorder:
        """Return what turns documents into records, with an encoder of passages."""
        return Recorder(encoder, self.tokens, self.analyzer, self._settings.batch_size)

    def _adopt(self, rebuild: bool) -> None:
        """Make sure that what is stored was made by this encoder; start over where it was not."""
        catalog = self.store.catalog
        name = catalog.get_meta("encoder")
        if name is not None and name != self.encoder.name and not rebuild:
            raise StoreError(
                f"index was built with encoder '{name}', but '{self.encoder.name}' is set; "
                f"run `isnad index --rebuild` or set ISNAD_ENCODER={name}"
            )
        wanted = {"encoder": self.encoder.name, "fingerprint": self._fingerprint(), "format": FORMAT}
        links = {LINKS: "followed"} if self._settings.follow_links else {}

        def fits() -> bool:
            return all(catalog.get_meta(key) == value for key, value in wanted.items())

        if not fits():
            with catalog.writing(timeout=PATIENCE):
                if not fits():  # another process may have been quicker
                    with catalog.transaction():
                        catalog.clear()
                        catalog.set_meta(wanted | links)
        elif bool(links) != (catalog.get_meta(LINKS) is not None) and not catalog.readonly:
            with catalog.writing(timeout=PATIENCE):
                catalog.set_meta(links or {LINKS: None})

    def _fingerprint(self) -> str:
        """Return a digest of both encoders: the passages' vectors and token ids depend on them."""
        both = f"{self.encoder.fingerprint} {self.tokens.fingerprint}"
        return hashlib.sha256(both.encode()).hexdigest()


def encoders(settings: Settings, progress: Progress | None = None) -> tuple[Encoder, StaticEncoder]:
    """Return the encoder that compares passages, and the one that compares words, which may be the same.

    Raises:
        ModelError: if one cannot be loaded.
    """
    tokens = embedded_encoder()
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
