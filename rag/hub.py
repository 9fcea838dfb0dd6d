"""Find, fetch and vet the folder of a pretrained model: a path, or an id of the Hugging Face hub.

A folder, and a model that the hub's cache holds, are read without a thought of the network. Only a model that
is named and not cached is fetched, and only what is needed of it: settings, vocabulary and safetensors.

Nothing that comes with a model is run. Its weights must be safetensors, since other formats are pickles,
which are programs. Its parts must be sentence-transformers' own, since a part is named by a dotted path that
is imported. Code in its folder is never imported: `trust_remote_code` stays off.
"""

from __future__ import annotations

import hashlib
import json
import os
import queue
import re
import threading
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, TypeVar

from rag.errors import ModelError

Progress = Callable[[str, float, int], None]
"""Called with the stage, how much of it is done, and of how much: 0 where a wait of unknown length begins."""

FETCHED = ("*.json", "*.txt", "*.model", "*.safetensors", "*.jinja")
LEFT = ("onnx/*", "openvino/*")  # the same weights in formats that we do not read
PATIENCE = 5.0  # seconds for the hub's first answer

# The modules that need no code but sentence-transformers' own, and those of them that have weights.
MODULES = {"Transformer", "Pooling", "Normalize", "Dense", "Dropout", "LayerNorm", "StaticEmbedding",
           "WeightedLayerPooling", "Router", "Asym"}  # fmt: skip
WEIGHTED = {"Transformer", "Dense", "LayerNorm", "StaticEmbedding", "WeightedLayerPooling"}

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_EMBEDDED = "or set ISNAD_ENCODER=embedded"
_Result = TypeVar("_Result")


def locate(name: str, progress: Progress | None = None) -> Path:
    """Return the folder of the model `name`, vetted; a hub id that is not cached is downloaded first.

    Args:
        name: a folder's path, or a hub id such as `intfloat/multilingual-e5-small`.
        progress: told of a download, in megabytes.

    Raises:
        ModelError: if it cannot be found or fetched, or must not be loaded; the message says what to do.
    """
    folder = Path(name).expanduser()
    if not (name and folder.is_dir()):
        if not _HUB_ID.fullmatch(name):
            raise ModelError(
                f"encoder '{name}' is neither a folder nor a hub id such as intfloat/multilingual-e5-small; "
                f"check ISNAD_ENCODER, {_EMBEDDED}"
            )
        cached = _cached(name)
        if cached and flaw(cached) is None:
            return cached
        # What is cached may be half of a download.
        folder = _fetch(name, cached, progress)
    found = flaw(folder)
    if found:
        raise ModelError(f"encoder '{name}' cannot be used: {found}, {_EMBEDDED}")
    return folder


def flaw(folder: Path) -> str | None:
    """Return why the model in `folder` must not or cannot be loaded, with the remedy; None if it can be."""
    try:
        if (folder / "adapter_config.json").exists():
            return "it is an adapter, which names other weights; name a model that has it merged in"
        if not (folder / "modules.json").exists() and not (folder / "config.json").exists():
            return "the folder has neither modules.json nor config.json; name the folder of a model"
        kind = _read(folder / "config_sentence_transformers.json").get("model_type", "SentenceTransformer")
        if kind != "SentenceTransformer":
            return f"it is a {kind}, which gives no vector for a text; name a SentenceTransformer"
        for module, part in parts(folder):
            package, _, name = module.rpartition(".")
            if package.split(".")[0] != "sentence_transformers" or name not in MODULES:
                return f"its part '{module}' is code of its own, which is not run; name a model without"
            weights = ["model.safetensors"]
            if name == "Transformer":
                weights.append("model.safetensors.index.json")
            if name in WEIGHTED and not any((part / file).exists() for file in weights):
                return (
                    f"it has no {(part / weights[0]).relative_to(folder)}, and weights in another format, "
                    "such as pytorch_model.bin, can carry code; name a model with safetensors, save this one "
                    "anew with SentenceTransformer(…).save(FOLDER) where you trust it"
                )
            for settings in sorted(part.glob("*config.json")):
                if _names_kernel(_read(settings)):
                    return f"its {settings.name} names attention kernels to download; name another model"
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        return f"its settings are damaged ({error}); fetch or save it again"
    return None


def parts(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield each module of a model, as the dotted path of its class and the folder of its files."""
    if not (folder / "modules.json").exists():
        yield "sentence_transformers.models.Transformer", folder
        return
    for module in _read(folder / "modules.json"):
        part = folder / module["path"]
        yield module["type"], part
        if module["type"].endswith((".Router", ".Asym")):
            routes = _read(part / "router_config.json") or _read(part / "config.json")
            for name, kind in routes["types"].items():
                yield kind, part / name


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


def _read(path: Path) -> Any:
    """Return the JSON of a file, or an empty object if there is none."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _names_kernel(value: Any) -> bool:
    """Tell whether settings ask for attention code of the hub, which is given as an id with a slash."""
    if isinstance(value, dict):
        return any(
            ("attn_implementation" in key and "/" in json.dumps(inner)) or _names_kernel(inner)
            for key, inner in value.items()
        )
    return isinstance(value, list) and any(map(_names_kernel, value))


def _cache() -> str | None:
    """Return the cache that sentence-transformers would use, where it is not the hub's own."""
    return os.environ.get("SENTENCE_TRANSFORMERS_HOME")


def _cached(name: str) -> Path | None:
    """Return the folder of the hub's cache for `name`, which may be half of a download; no network."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        # No file is asked for, because the cache may know of files that nobody needed.
        return Path(snapshot_download(name, cache_dir=_cache(), local_files_only=True, allow_patterns=[]))
    except LocalEntryNotFoundError:
        return None
    except HFValidationError as error:
        raise ModelError(
            f"encoder '{name}' is no hub id ({_line(error)}); check ISNAD_ENCODER, {_EMBEDDED}"
        ) from None


def _fetch(name: str, cached: Path | None, progress: Progress | None) -> Path:
    """Download what is needed of `name`, and return its folder."""
    from huggingface_hub import HfApi, constants, snapshot_download
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

    have = f"what the hub's cache has of it is of no use ({flaw(cached)})" if cached else "it is not cached"
    if constants.HF_HUB_OFFLINE:
        raise ModelError(f"encoder '{name}': {have} and HF_HUB_OFFLINE is set; unset it once, {_EMBEDDED}")
    try:
        # The hub's own client tries again for up to a minute before it gives up; this asks once.
        info = _within(PATIENCE + 1, lambda: HfApi().model_info(name, timeout=PATIENCE, files_metadata=True))
    except GatedRepoError:
        raise ModelError(
            f"encoder '{name}' is given to those who accept its terms on its page; do so and run "
            f"`hf auth login`, {_EMBEDDED}"
        ) from None
    except RepositoryNotFoundError:
        raise ModelError(
            f"the hub has no model '{name}' that you may read; check ISNAD_ENCODER, run `hf auth login` if "
            f"it is private, {_EMBEDDED}"
        ) from None
    except HfHubHTTPError as error:
        raise ModelError(
            f"encoder '{name}': {have} and the hub said: {_line(error)}; try later, {_EMBEDDED}"
        ) from error
    except Exception as error:  # whatever the client of the day raises when there is no network
        raise ModelError(
            f"encoder '{name}': {have} and the hub cannot be reached ({_line(error)}); connect to the "
            f"network for its first use, name a folder instead, {_EMBEDDED}"
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
            cache_dir=_cache(),
            allow_patterns=list(FETCHED),
            ignore_patterns=list(LEFT),
            tqdm_class=_bar(report),
        )
    except Exception as error:
        raise ModelError(
            f"encoder '{name}' cannot be fetched ({_line(error)}); what has come is kept: try again, "
            f"{_EMBEDDED}"
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
