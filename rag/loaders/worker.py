"""The child process in which files are read: `sandbox` starts it and talks to it over its pipes.

A request is a frame of JSON ({"name", "after", "limits"}) and a frame with the bytes of a file. The answers
are frames of JSON: {"began": name} before each document, {"heard": characters} while it is read, {"read":
name, …} after it, and {"end": true} after the last. A frame is its length in eight bytes, the highest first,
and its content.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import IO, Any, BinaryIO, get_args

from rag.loaders import Extract, Limits, LoadError, Read, read
from rag.loaders.base import HEARD
from rag.schema import Place, Section

_REFUSED = ("socket.", "subprocess.", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.fork")
IDLE = 60  # seconds without a request after which the process ends by itself, if its parent forgot it
_HEADER = 8
_PLACES = frozenset(get_args(Place))
_LONGEST_NAME = 100_000  # characters; an archive allows 65,535 for each of the names in one another


def main() -> None:
    """Serve requests from standard input until it is closed."""
    source, answers = _pipes()
    _keep_to_itself()
    while True:
        _wait_at_most(IDLE)
        header = receive(source, 1_000_000)
        data = receive(source, 1_000_000_000) if header is not None else None
        _wait_at_most(0)
        if header is None or data is None:
            return
        request = json.loads(header)
        limits = Limits(**request["limits"])
        _limit(limits)

        def tell(name: str) -> None:
            send(answers, {"began": name})

        HEARD.set(lambda characters: send(answers, {"heard": characters}))

        try:
            for found in read(data, request["name"], limits, tell=tell, after=request["after"]):
                send(answers, encode(found))
        except MemoryError:
            return  # the parent says why
        send(answers, {"end": True})
        if _memory() > limits.memory / 4:
            return  # what it holds may be in pieces, and the next file is to have as much as this one had


# -- Frames ----------------------------------------------------------------------------------------------


def send(stream: BinaryIO, message: dict[str, Any]) -> None:
    """Write a message as one frame."""
    write_frame(stream, json.dumps(message, ensure_ascii=False).encode("utf-8", "replace"))


def write_frame(stream: BinaryIO | IO[bytes], content: bytes) -> None:
    """Write one frame."""
    stream.write(len(content).to_bytes(_HEADER, "big"))
    stream.write(content)
    stream.flush()


def receive(stream: BinaryIO | IO[bytes], most: int) -> bytes | None:
    """Return the content of the next frame; None at the end, or where it is longer than `most`."""
    header = stream.read(_HEADER)
    length = int.from_bytes(header, "big")
    if len(header) < _HEADER or length > most:
        return None
    content = stream.read(length)
    return content if len(content) == length else None


def encode(found: Read) -> dict[str, Any]:
    """Return a document as a message."""
    result = found.result
    if isinstance(result, LoadError):
        return {"read": found.name, "error": str(result)}
    return {
        "read": found.name,
        "text": result.text,
        "sections": [[section.kind, section.label, section.start] for section in result.sections],
        "title": result.title,
        "lang": result.lang,
        "date": result.date.isoformat() if result.date else None,
        "source": result.source,
    }


def decode(message: dict[str, Any], limits: Limits) -> Read:
    """Return the document of a message.

    Raises:
        KeyError, TypeError, ValueError: if it is none, or none that may be: a file that has taken the worker
            over can make it say anything.
    """
    name = decode_name(message["read"])
    if "error" in message:
        return Read(name, LoadError(" ".join(_said(message["error"], _LONGEST_NAME).split())))
    text = _said(message["text"], limits.text)
    sections = tuple(_section(section, len(text)) for section in message["sections"])
    if len(sections) > limits.sections or any(a.start > b.start for a, b in pairwise(sections)):
        raise ValueError("too many sections, or out of order")
    title, lang, source = (
        None if message[key] is None else _said(message[key], _LONGEST_NAME)
        for key in ("title", "lang", "source")
    )
    date = dt.date.fromisoformat(message["date"]) if message["date"] else None
    return Read(name, Extract(text, sections, title, lang, date, source))


def decode_name(value: object) -> str:
    """Return the name of a document inside its file; raises as `decode`."""
    name = _said(value, _LONGEST_NAME)
    if name.startswith("/") or ".." in name.split("/"):
        raise ValueError("a document outside of its file")
    return name


def _said(value: object, most: int) -> str:
    if not isinstance(value, str) or len(value) > most or "\0" in value:
        raise ValueError("no text, or too long a one")
    value.encode()  # a lone surrogate is a ValueError
    return value


def _section(value: object, end: int) -> Section:
    if not isinstance(value, list) or len(value) != 3:
        raise TypeError("no section")
    kind, label, start = value
    if kind not in _PLACES or type(start) is not int or not 0 <= start < end:
        raise ValueError("no section of the text")
    return Section(kind, _said(label, _LONGEST_NAME), start)


# -- What the process may do -----------------------------------------------------------------------------


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return the streams of requests and answers; what a parser prints goes nowhere."""
    source = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    return source, answers


def _keep_to_itself() -> None:
    """Refuse connections, other programs and written files, which no parser needs."""
    sys.modules["numpy"] = None  # type: ignore[assignment]  # openpyxl would load it if it could

    def guard(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(_REFUSED):
            raise PermissionError(f"a file asked for {event}")
        if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
            raise PermissionError("a file asked to write another")

    sys.addaudithook(guard)


def _limit(limits: Limits) -> None:
    """Limit memory and processor time, where the system can; the parent keeps the time on the wall."""
    try:
        import resource
    except ImportError:  # Windows
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = int(used.ru_utime + used.ru_stime + limits.most_seconds) + 2
    wanted = {resource.RLIMIT_AS: limits.memory, resource.RLIMIT_CPU: cpu, resource.RLIMIT_CORE: 0}
    for what, value in wanted.items():
        _, hard = resource.getrlimit(what)
        with suppress(ValueError, OSError):  # macOS knows RLIMIT_AS and refuses it
            resource.setrlimit(what, (value if hard < 0 else min(value, hard), hard))


def _memory() -> float:
    """Return the most bytes that this process has held; 0 where it cannot be told."""
    with suppress(OSError), open("/proc/self/status", encoding="ascii", errors="replace") as status:
        for line in status:  # not ru_maxrss, which Linux starts at the size of the parent
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    try:
        import resource
    except ImportError:  # Windows
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _wait_at_most(seconds: int) -> None:
    """End the process after so many seconds; with 0, do not."""
    alarm: Callable[[int], int] | None = getattr(signal, "alarm", None)
    if alarm is not None:
        alarm(seconds)


if __name__ == "__main__":
    main()
