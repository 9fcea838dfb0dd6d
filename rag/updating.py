"""Bring a catalog up to its folder: read what is new or changed, commit it in batches, publish the whole.

What is read is safe as soon as its batch is committed: a run that was stopped or killed is gone on with. What
replaces something else waits until the end: then it, what is gone, and the indexes change as one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rag.copying import MakeRecorder, copy_of, holds
from rag.encoder import Encoder
from rag.fetching import PausedError, UnsettledError, VanishedError, identify, read
from rag.homes import scan
from rag.hub import Progress
from rag.schema import Document
from rag.settings import Settings
from rag.sync import UNSEEN, FileState, Plan, SyncReport
from vectorstore.base import ChunkRecord, DocumentRecord, FileEntry, Skipped
from vectorstore.store import Store

BATCH = 256  # documents at most, and
BATCH_TEXT = 200_000  # characters at least, that are embedded and committed together

if TYPE_CHECKING:
    from rag.index import Index

Stop = Callable[[], bool]
Records = list[tuple[DocumentRecord, list[ChunkRecord]]]

_log = logging.getLogger("isnad.index")


@dataclass(slots=True)
class _Waiting:
    """Documents that are read and not yet committed."""

    documents: list[tuple[Document, str, FileEntry]] = field(default_factory=list)  # with file, and its state
    characters: int = 0


class Update:
    """One run over a folder. The writer's lock is held."""

    def __init__(
        self,
        store: Store,
        plan: Plan,
        folder: Path,
        files: Mapping[str, Path],
        settings: Settings,
        encoder: Encoder,
        make_recorder: MakeRecorder,
        progress: Progress | None = None,
        stop: Stop | None = None,
        anew: bool = False,
        slow: bool = False,
    ) -> None:
        """Take the parts of a run.

        Args:
            store: what is brought up to date.
            plan: what is to be done, made under the lock.
            folder: of the documents.
            files: those of the folder, by path.
            settings: limits.
            encoder: compares passages.
            make_recorder: makes what turns documents into records, with an encoder.
            progress: is told of files and of embedding.
            stop: tells whether to stop; asked before each file.
            anew: read and embed everything, whatever is known.
            slow: whether embedding takes long enough to be told at the end, too.
        """
        self._slow = slow
        self._store = store
        self._catalog = store.catalog
        self._plan = plan
        self._folder = folder
        self._files = files
        self._settings = settings
        self._encoder = encoder
        self._holds = partial(holds, store.catalog)
        self._make_recorder = make_recorder
        self._recorder = make_recorder(encoder)
        self._progress = progress
        self._stop = stop or (lambda: False)
        self._anew = anew
        self._batch = _Waiting()
        self._done = 0  # documents embedded
        self._existing = {name: file for file, names in plan.names.items() for name in names}
        gone = set(plan.gone)
        known = sorted(
            plan.known.values(), key=lambda entry: entry.name in gone
        )  # of several the last counts
        self._by_digest = {entry.digest: entry.name for entry in known if entry.digest and entry.size >= 0}
        self._skipped = {each.name: each for name in plan.unchanged for each in plan.refused.get(name, ())}
        self._settled: list[FileEntry] = []
        self._gone = gone
        self._vanished: list[str] = []  # files, while they were read
        self._removed = {name for file in plan.gone for name in plan.names.get(file, ())}
        self._renames: dict[str, tuple[str, str]] = {}  # old name → new name and its file
        self._taken: set[str] = set()  # the new names
        self._added: list[str] = []
        self._changed = [name for file in plan.waiting for name in plan.names.get(file, [file])]
        self._unchanged = [name for file in plan.unchanged for name in plan.names.get(file, ())]

    @classmethod
    def of(
        cls,
        index: Index,
        plan: Plan,
        files: Mapping[str, Path],
        settings: Settings,
        progress: Progress | None = None,
        stop: Stop | None = None,
        anew: bool = False,
    ) -> Update:
        """Return the run that carries out a plan for an index."""
        slow = index.encoder is not index.tokens
        parts = (index.store, plan, index.folder, files, settings, index.encoder, index.make_recorder)
        return cls(*parts, progress, stop, anew, slow)

    def run(self) -> SyncReport:
        """Do it, and say what was done; where it was stopped, some are `left` and nothing is published."""
        if self._plan.dropped:
            self._catalog.unstage(self._plan.dropped)
        total = len(self._plan.pending)
        for done, name in enumerate(self._plan.pending):
            if self._stop():
                self._commit()
                return self.report(left=total - done)
            self._tell("reading", done, total)
            self._take(name, self._files[name])
        self._commit()
        self._look_again()
        self._tell("reading", total, total)
        if self._done and self._slow:
            self._tell("embedding", total, total)  # the rest had nothing new in them
        if self._news():
            with self._store.publishing(self._stoppable):
                self._publish()
        return self.report()

    def _news(self) -> bool:
        """Tell whether anything is to be published."""
        known = {each.name: each for refused in self._plan.refused.values() for each in refused}
        done = self._added or self._changed or self._removed or self._renames or self._settled
        return bool(done) or known != self._skipped or self._store.stale

    def report(self, left: int = 0) -> SyncReport:
        """Return what was found, each list in order."""
        moved = set(self._renames)
        return SyncReport(
            added=tuple(sorted(self._added)),
            changed=tuple(sorted(self._changed)),
            removed=tuple(sorted(self._removed.difference(moved, self._changed))),
            unchanged=tuple(sorted(self._unchanged)),
            skipped=tuple((name, self._skipped[name].reason) for name in sorted(self._skipped)),
            renamed=tuple(sorted((old, new) for old, (new, _) in self._renames.items())),
            left=left,
        )

    def _tell(self, stage: str, done: int, total: int) -> None:
        if self._progress:
            self._progress(stage, done, total)

    def _stoppable(self, stage: str, done: int, total: int) -> None:
        if self._stop():  # what is read is safe; the indexes are built the next time
            raise KeyboardInterrupt
        self._tell(stage, done, total)

    # One file

    def _take(self, name: str, path: Path) -> None:
        """Look into a file and note what is to become of it."""
        limit = self._settings.max_file_bytes
        try:
            seen, digest = identify(path, limit)
            if self._is_known(name, seen.settled().entry(name, digest)):
                return
            seen, digest, content = read(path, self._folder, self._settings)
        except VanishedError:
            self._vanished.append(name)
            return
        except UnsettledError as error:
            paused = isinstance(error, PausedError)
            self._put_off(name, str(error), self._plan.refused.get(name, ()) if paused else ())
            return
        entry = seen.settled().entry(name, digest)
        reasons: dict[str, list[str]] = {}
        for refused, reason in content.refused:
            reasons.setdefault(refused, []).append(reason)
        for refused, several in reasons.items():
            state = UNSEEN.entry(name, "") if refused in content.passing else entry
            self._refuse(refused, name, "; ".join(several), state)
        if not content.documents and not content.refused:
            self._refuse(name, name, "holds no document; remove it, or put one in", entry)
        before, held = self._plan.names.get(name, ()), {document.id for document in content.documents}
        whole = not content.refused and held.union(before) <= {name}
        if not whole and not content.passing:
            self._settled.append(entry)  # only then is all noted that came of it, and what went
        source = None if self._anew else self._by_digest.get(digest)
        for document in content.documents:
            self._place(document, name, entry if whole else UNSEEN.entry(name, ""), source)
        for old in set(before) - held:
            if any(old == each or old.startswith(f"{each}/") for each in content.passing):
                self._unchanged.append(old)
            else:
                self._removed.add(old)

    def _put_off(self, name: str, reason: str, held: Sequence[Skipped] = ()) -> None:
        """Note that a file cannot be read now: its last version stays, and what is `held` as refused."""
        if held:
            self._skipped |= {each.name: each for each in held}
        else:
            self._refuse(name, name, reason, UNSEEN.entry(name, ""))
        self._unchanged += self._plan.names.get(name, ())

    def _look_again(self) -> None:
        """Forget what has vanished while the folder was read, if the folder is still there.

        Raises:
            CorpusError: if it is not, or is empty: a disk may have been unplugged.
        """
        there = scan(self._folder, self._settings) if self._vanished else {}
        for name in self._vanished:
            if name in there:
                self._put_off(name, "was replaced while it was read; it is read the next time")
            else:
                self._removed.update(self._plan.names.get(name, ()))

    def _is_known(self, name: str, entry: FileEntry) -> bool:
        """Tell whether the bytes of a file have been read before; then it is done with."""
        known, staged = self._plan.known.get(name), self._plan.staged.get(name)
        if self._anew and not staged:
            return False
        if staged and staged.digest == entry.digest and staged.size >= 0:
            self._changed += self._plan.names.get(name, [name])
            self._settled.append(entry)
            return True
        if staged:
            self._catalog.unstage([name])
        if self._anew or not known or not entry.digest or known.digest != entry.digest or known.size < 0:
            return False
        self._keep(name, entry)
        return True

    def _keep(self, name: str, entry: FileEntry) -> None:
        """Note that a file holds what it held."""
        self._unchanged += self._plan.names.get(name, ())
        for each in self._plan.refused.get(name, ()):
            self._refuse(each.name, name, each.reason, entry)
        if entry != self._plan.known[name]:
            self._settled.append(entry)

    def _refuse(self, name: str, file: str, reason: str, entry: FileEntry) -> None:
        state = (entry.size, entry.mtime_ns)
        self._skipped[name] = Skipped(name, reason, entry.digest, *state, file, entry.ctime_ns, entry.inode)
        _log.info("skipped", extra={"file": name, "reason": reason})

    def _place(self, document: Document, file: str, entry: FileEntry, source: str | None) -> None:
        """Note whether a document is there already, here or under another name, or is to be embedded."""
        if self._existing.get(document.id) == file and not self._anew and self._holds(document, document.id):
            self._unchanged.append(document.id)
            if entry.size >= 0 and entry != self._plan.known.get(file):
                self._settled.append(entry)
            return
        old = None
        if source is not None:
            old = document.id.replace(file, source, 1) if document.id.startswith(file) else None
        if old is not None and self._existing.get(old) == source:
            if source in self._gone and self._may_move(old, document.id) and self._holds(document, old):
                self._renames[old] = (document.id, file)
                self._taken.add(document.id)
                if entry.size >= 0:
                    self._settled.append(entry)
                return
            if self._copy(document, file, entry, old):
                return
        self._batch.documents.append((document, file, entry))
        self._batch.characters += len(document.text)
        if len(self._batch.documents) >= BATCH or self._batch.characters >= BATCH_TEXT:
            self._commit()

    def _may_move(self, old: str, new: str) -> bool:
        """Tell whether a document may be called otherwise, no other being called from or to these names."""
        return old not in self._renames and new not in self._renames and old not in self._taken

    # Committing

    def _commit(self) -> None:
        """Embed and commit the documents that were read."""
        batch, self._batch = self._batch.documents, _Waiting()
        if not batch:
            return
        pairs = [(document, FileState(e.digest, e.size, e.mtime_ns)) for document, _, e in batch]
        total = max(len(self._plan.pending), self._done + len(batch))
        tell = partial(share, self._progress, self._done, self._done + len(batch), total)
        records = self._recorder.records(pairs, tell if self._progress else None)
        self._put([self._whole(record, file, e) for record, (_, file, e) in zip(records, batch, strict=True)])
        self._done += len(batch)

    @staticmethod
    def _whole(
        record: tuple[DocumentRecord, list[ChunkRecord]], file: str, entry: FileEntry
    ) -> tuple[DocumentRecord, list[ChunkRecord]]:
        document, chunks = record
        own = "" if file == document.name else file
        return replace(document, file=own, ctime_ns=entry.ctime_ns, inode=entry.inode), chunks

    def _put(self, records: Records) -> None:
        """Commit new documents, and keep those that are to replace others until the end."""
        new = [record for record in records if record[0].name not in self._existing]
        changed = [record for record in records if record[0].name in self._existing]
        if new:
            self._catalog.put_many(new)
        if changed:
            self._catalog.stage_many(changed)
        self._added += [document.name for document, _ in new]
        self._changed += [document.name for document, _ in changed]

    def _copy(self, document: Document, file: str, entry: FileEntry, old: str) -> bool:
        """Put in a document whose text is there under another name, with the vectors of that one."""
        pair = (document, FileState(entry.digest, entry.size, entry.mtime_ns))
        record = copy_of(pair, old, self._catalog, self._encoder, self._make_recorder)
        if record is None:
            return False
        self._put([self._whole(record, file, entry)])
        if self._existing[old] in self._gone and old not in self._renames:
            self._renames[old] = (document.id, "")
            (self._changed if document.id in self._existing else self._added).remove(document.id)
        return True

    def _publish(self) -> None:
        """Make it all visible, in the transaction that the new indexes are built from."""
        catalog = self._catalog
        moved = {old: (new, file) for old, (new, file) in self._renames.items() if file}
        replaced = {new for new, _ in moved.values()} & self._existing.keys()
        catalog.remove(sorted((self._removed - moved.keys()) | replaced))
        for old, (new, file) in moved.items():
            catalog.rename(old, new, "" if file == new else file)
        catalog.publish()
        catalog.settle(self._settled)
        catalog.set_skipped([self._skipped[name] for name in sorted(self._skipped)])


def share(progress: Progress | None, first: int, last: int, total: int, share: float) -> None:
    """Show how many of `total` documents are embedded, where `share` of `first` to `last` are."""
    if progress:
        progress("embedding", first + share * (last - first), total)
