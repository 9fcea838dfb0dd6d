"""Find and fetch the folder of a pretrained model: a path, or an id of the Hugging Face hub.

A folder, and a model that the hub's cache holds, are read without a thought of the network. Only a model that
is named and not cached is fetched, and only what is needed of it: settings, vocabulary and safetensors. What
must not be loaded is refused (`rag.vetting`).
"""

from __future__ import annotations

import hashlib
import os
import queue
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, TypeVar

from rag.errors import ModelError
from rag.vetting import encoder_flaw, parts, reader_flaw

Progress = Callable[[str, float, int], None]
"""Called with the stage, how much of it is done, and of how much: 0 where a wait of unknown length begins."""

FETCHED = ("*.json", "*.txt", "*.model", "*.safetensors", "*.jinja")
LEFT = ("onnx/*", "openvino/*")  # the same weights in formats that we do not read
PATIENCE = 5.0  # seconds for the hub's first answer

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Role:
    """What a model is wanted for, and how messages speak of it."""

    word: str
    setting: str  # the variable that names the model
    example: str  # a hub id
    library: str  # what loads it
    flaw: Callable[[Path], str | None]  # why the model in a folder must not or cannot be loaded
    cache: str | None = None  # the variable that names the library's cache, where it is not the hub's own

    @property
    def embedded(self) -> str:
        """Return the remedy that always helps."""
        return f"or set {self.setting}=embedded"


ENCODER = Role(
    "encoder", "ISNAD_ENCODER", "intfloat/multilingual-e5-small", "sentence-transformers", encoder_flaw,
    "SENTENCE_TRANSFORMERS_HOME",
)  # fmt: skip
READER = Role("reader", "ISNAD_READER", "timpal0l/mdeberta-v3-base-squad2", "transformers", reader_flaw)


def canonical(name: str) -> str:
    """Return a hub id as it is, and a folder's path in the one form that is the same from anywhere."""
    if name and Path(name).expanduser().is_dir():
        return str(Path(name).expanduser().resolve())
    return name


def locate(name: str, progress: Progress | None = None, role: Role = ENCODER) -> Path:
    """Return the folder of the model `name`, vetted; a hub id that is not cached is downloaded first.

    Args:
        name: a folder's path, or a hub id such as `intfloat/multilingual-e5-small`.
        progress: told of a download, in megabytes.
        role: what the model is wanted for.

    Raises:
        ModelError: if it cannot be found or fetched, or must not be loaded; the message says what to do.
    """
    folder = Path(name).expanduser()
    if not (name and folder.is_dir()):
        if not _HUB_ID.fullmatch(name):
            raise ModelError(
                f"{role.word} '{name}' is neither a folder nor a hub id such as {role.example}; "
                f"check {role.setting}, {role.embedded}"
            )
        cached = _cached(name, role)
        if cached and role.flaw(cached) is None:
            return cached
        # What is cached may be half of a download.
        folder = _fetch(name, cached, progress, role)
    found = role.flaw(folder)
    if found:
        raise ModelError(f"{role.word} '{name}' cannot be used: {found}, {role.embedded}")
    return folder


def fingerprint(folder: Path, prompts: tuple[str, str]) -> str:
    """Return a hex digest of the prompts and of every file that a model's vectors depend on.

    A branch of the hub, or a folder, can change under one name. The files are read whole: about a second for
    a gigabyte.
    """
    digest = hashlib.blake2b(repr(tuple(prompts)).encode(), digest_size=32)
    folders = {folder, *(part for _, part in parts(folder))}
    for path in sorted(path for part in folders if part.is_dir() for path in part.iterdir()):
        if path.is_file() and any(fnmatch(path.name, pattern) for pattern in FETCHED):
            content = hashlib.blake2b(digest_size=32)
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    content.update(block)
            digest.update(f"{path.relative_to(folder).as_posix()} {content.hexdigest()}\n".encode())
    return digest.hexdigest()


def _cache(role: Role) -> str | None:
    """Return the cache that the role's library would use, where it is not the hub's own."""
    return os.environ.get(role.cache) if role.cache else None


def _cached(name: str, role: Role) -> Path | None:
    """Return the folder of the hub's cache for `name`, which may be half of a download; no network."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        # No file is asked for, because the cache may know of files that nobody needed.
        return Path(snapshot_download(name, cache_dir=_cache(role), local_files_only=True, allow_patterns=[]))
    except LocalEntryNotFoundError:
        return None
    except HFValidationError as error:
        raise ModelError(
            f"{role.word} '{name}' is no hub id ({_line(error)}); check {role.setting}, {role.embedded}"
        ) from None


def _fetch(name: str, cached: Path | None, progress: Progress | None, role: Role) -> Path:
    """Download what is needed of `name`, and return its folder."""
    from huggingface_hub import HfApi, constants, snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

    have = (
        f"what the hub's cache has of it is of no use ({role.flaw(cached)})" if cached else "it is not cached"
    )
    if constants.HF_HUB_OFFLINE:
        raise ModelError(
            f"{role.word} '{name}': {have} and HF_HUB_OFFLINE is set; unset it once, {role.embedded}"
        )
    try:
        # The hub's own client tries again for up to a minute before it gives up; this asks once.
        info = _within(PATIENCE + 1, lambda: HfApi().model_info(name, timeout=PATIENCE, files_metadata=True))
    except GatedRepoError:
        raise ModelError(
            f"{role.word} '{name}' is given to those who accept its terms on its page; do so and run "
            f"`hf auth login`, {role.embedded}"
        ) from None
    except RepositoryNotFoundError:
        raise ModelError(
            f"the hub has no model '{name}' that you may read; check {role.setting}, run `hf auth login` if "
            f"it is private, {role.embedded}"
        ) from None
    except HfHubHTTPError as error:
        raise ModelError(
            f"{role.word} '{name}': {have} and the hub said: {_line(error)}; try later, {role.embedded}"
        ) from error
    except Exception as error:  # whatever the client of the day raises when there is no network
        raise ModelError(
            f"{role.word} '{name}': {have} and the hub cannot be reached ({_line(error)}); connect to the "
            f"network for its first use, name a folder instead, {role.embedded}"
        ) from error
    sizes = [
        file.size or 0
        for file in info.siblings or ()
        if any(fnmatch(file.rfilename, pattern) for pattern in FETCHED)
        and not any(fnmatch(file.rfilename, pattern) for pattern in LEFT)
    ]
    stage, total = f"downloading {name}, MB", max(1, sum(sizes) // 1_000_000)

    def report(bytes_: float) -> None:
        if progress:
            progress(stage, min(bytes_ / 1e6, total), total)

    if progress:
        progress(stage, 0, 0)
    try:
        folder = snapshot_download(
            name,
            cache_dir=_cache(role),
            allow_patterns=list(FETCHED),
            ignore_patterns=list(LEFT),
            tqdm_class=_bar(report),
        )
    except Exception as error:
        raise ModelError(
            f"{role.word} '{name}' cannot be fetched ({_line(error)}); what has come is kept: try again, "
            f"{role.embedded}"
        ) from error
    if progress:
        progress(stage, total, total)
    return Path(folder)


def _bar(report: Callable[[float], None]) -> Any:
    """Return a class of tqdm's kind that shows nothing and reports how many bytes have come."""
    import tqdm  # type: ignore[import-untyped]

    base: Any = tqdm.tqdm
    most = 0.0

    class Bar(base):  # type: ignore[misc]
        """One of the downloader's bars; those that count bytes count the same ones."""

        def display(self, msg: str | None = None, pos: int | None = None) -> bool:
            nonlocal most
            if self.unit == "B" and self.n > most:
                most = self.n
                report(most)
            return True

    return Bar


def _within(seconds: float, call: Callable[[], _Result]) -> _Result:
    """Return what `call` returns, or raise TimeoutError: looking up a host knows no timeout."""
    answers: queue.SimpleQueue[tuple[_Result | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put((call(), None))
        except BaseException as error:
            answers.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        result, error = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(f"no answer in {seconds:.0f} s") from None
    if error:
        raise error
    return result  # type: ignore[return-value]


def _line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
