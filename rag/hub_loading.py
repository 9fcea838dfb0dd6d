"""What loading and running any model of the hub takes: a device, a quiet library, errors of one line.

Importing this module is light; torch and transformers are imported when a function needs them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, Protocol

from rag.errors import ModelError
from rag.hub import Role

AUTO = "auto"  # the best device present
BATCH_SIZE = 32


class Loaded(Protocol):
    """A model that was opened."""

    name: str
    batch_size: int

    @property
    def device(self) -> str:
        """Return where it computes, such as `cpu` or `cuda:0`."""


def require(role: Role, name: str) -> None:
    """Look whether the library that loads the model is there.

    Raises:
        ModelError: if it is not.
    """
    if find_spec(role.library.replace("-", "_")) is None:
        raise ModelError(
            f"{role.word} '{name}' needs {role.library}; run `pip install {role.library}` {role.embedded}"
        )


def present(device: str) -> str:
    """Return the device to use, having looked whether it is there.

    Raises:
        ModelError: if it is not, or is none at all.
    """
    import torch

    counts = {
        "cuda": torch.cuda.device_count() if torch.cuda.is_available() else 0,
        "mps": int(torch.backends.mps.is_available()),
        "xpu": torch.xpu.device_count() if torch.xpu.is_available() else 0,
        "cpu": 1,
    }
    best = next(kind for kind, count in counts.items() if count)
    if device == AUTO:
        return best
    kind, _, number = device.partition(":")
    if kind not in counts or not re.fullmatch(rf"{kind}(:\d+)?", device):
        raise ModelError(
            f"device '{device}' is not known; set ISNAD_DEVICE to auto, cpu, cuda, cuda:1, mps or xpu"
        )
    if int(number or 0) >= counts[kind]:
        raise ModelError(
            f"device '{device}' is not there: torch {torch.__version__} sees {counts[kind]} of kind {kind}; "
            f"set ISNAD_DEVICE=auto (here: {best}) or install a torch that is built for it"
        )
    return device


@contextmanager
def loading(role: Role, name: str, reports: bool = True) -> Iterator[None]:
    """Turn whatever the library raises while a model is loaded into one line.

    Args:
        role: what the model is wanted for.
        name: as it is set.
        reports: whether the library may write what it wonders about to the terminal.

    Raises:
        ModelError: with the reason and the remedy.
    """
    try:
        with _quiet(reports):
            yield
    except ModelError:
        raise
    except Exception as error:  # the library passes on what the disk, the model or torch raised
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        if "trust_remote_code" in str(error):
            reason = "it needs code of its own, which is not run"
        raise ModelError(
            f"{role.word} '{name}' cannot be loaded ({reason}); name another model {role.embedded}"
        ) from error


@contextmanager
def running(role: Role, model: Loaded) -> Iterator[None]:
    """Turn the want of memory into one line.

    Raises:
        ModelError: that says how many texts the model had at once, and what to set.
    """
    try:
        yield
    except RuntimeError as error:
        if not re.search("out of memory|allocate memory", str(error)):
            raise
        raise ModelError(
            f"{role.word} '{model.name}' ran out of memory on {model.device} with {model.batch_size} texts "
            f"at once; set ISNAD_BATCH_SIZE below {model.batch_size} or ISNAD_DEVICE=cpu"
        ) from error


@contextmanager
def _quiet(reports: bool) -> Iterator[None]:
    """Keep transformers from drawing bars of its own and, without `reports`, from saying anything."""
    from transformers.utils import logging as of_transformers

    logging: Any = of_transformers
    shown, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    if not reports:
        logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if shown:
            logging.enable_progress_bar()
