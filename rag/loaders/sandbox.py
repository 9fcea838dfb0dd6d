"""Read files in a process of their own, so that a poisonous one costs no more than itself.

The process is started fresh (never forked), sees nothing of the environment but paths, and is killed when a
document takes too long; then another goes on with the next document of the file. What it says is believed no
more than the file itself.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from rag.loaders import PLAIN, Extract, Limits, LoadError, Read, kind, read
from rag.loaders.base import PassingError
from rag.loaders.clock import Allowance, Clock
from rag.loaders.worker import decode, decode_name, receive, write_frame

_ROOT = Path(__file__).resolve().parent.parent.parent
_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from rag.loaders.worker import main; main()"
_KEPT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_MOST_KILLED = 3  # documents of one file after which the rest is given up
_MOST_IDLE = 2  # processes that wait for another file,
_IDLE = 10.0  # for so many seconds
_STARTING = 60.0  # seconds until a process must have begun; a busy machine takes some
_LETTER, _SECTION = 6, 1_000  # bytes of an answer, at most, for each of them
_FROM_OUTSIDE = (-getattr(signal, "SIGKILL", 9), -signal.SIGTERM)  # mostly by a system short of memory
_NONSENSE = (ValueError, TypeError, KeyError, RecursionError, OverflowError)


def read_safely(data: bytes, name: str, limits: Limits) -> Iterator[Read]:
    """Yield the documents of a file as `read` does; a crash or too long a time is a failure like others.

    Plain text needs no parser and is read here.
    """
    try:
        found = kind(data, name)
    except LoadError as error:
        yield Read("", error)
        return
    if found in PLAIN:
        yield from read(data, name, limits)
    else:
        yield from _SANDBOX.read(data, name, limits)


class Sandbox:
    """Child processes, started when they are needed; each reads one file at a time."""

    def __init__(self) -> None:
        self._idle: dict[subprocess.Popen[bytes], threading.Timer] = {}  # each with what will end it
        self._lock = threading.Lock()

    def read(self, data: bytes, name: str, limits: Limits) -> Iterator[Read]:
        """Yield the documents of a file in order; what is left unread ends the process."""
        allowance = Allowance(limits)
        after: str | None = None
        error_type = LoadError
        for killed in range(_MOST_KILLED):
            try:
                began, failure = yield from self._attempt(data, name, limits, allowance, after)
            except PassingError as error:
                yield Read("", error)
                return
            if failure is None:
                return
            if isinstance(failure, PassingError):
                error_type = PassingError  # of what is not reached for it, too
            yield Read(began, failure)
            if not began:  # the file itself: nothing inside it can be reached
                return
            after = began
            allowance.next()
            if allowance.left < 1:
                yield Read("", error_type(f"is given up, for it {allowance.reason()}"))
                return
            if killed == _MOST_KILLED - 1:
                yield Read("", error_type(f"is given up after {_MOST_KILLED} of its files failed; unpack it"))

    def close(self) -> None:
        """End the processes that wait."""
        for process in list(self._idle):
            self._retire(process)

    def _attempt(
        self, data: bytes, name: str, limits: Limits, allowance: Allowance, after: str | None
    ) -> Generator[Read, None, tuple[str, LoadError | None]]:
        """Yield what one process reads; return the document it ended on, and why, or None if it did not."""
        request = {"name": name, "after": after, "limits": asdict(limits)}
        process, is_new = self._take()
        clock = Clock(allowance, lambda: _kill(process))
        starting = threading.Timer(_STARTING, _kill, [process])  # which is not the file's to answer for
        starting.start()
        began: str | None = None
        spoke = kept = is_ours = False
        try:
            with suppress(OSError):  # it has ended: the answers, which are none, say so
                write_frame(_open(process.stdin), json.dumps(request).encode())
                write_frame(_open(process.stdin), data)
            try:
                for message in _messages(_open(process.stdout), limits):
                    if not spoke:
                        starting.cancel()
                        clock.start()
                        spoke = True
                    if "heard" in message:
                        clock.earn(int(message["heard"]))
                    elif "began" in message:
                        began = decode_name(message["began"])
                        clock.next()
                    elif "end" in message:
                        clock.stop()
                        kept = self._give_back(process)
                        return "", None
                    else:
                        found = decode(message, limits)
                        clock.stop()  # whoever takes the documents may take their time
                        text = found.result.text if isinstance(found.result, Extract) else ""
                        if (reason := allowance.take(text)) is not None:
                            return "", LoadError(reason)
                        yield found
                        clock.start()
            except _NONSENSE:  # a process that says such things is no longer ours
                is_ours = True
                _kill(process)
            with suppress(subprocess.TimeoutExpired):
                process.wait(2)  # its answers have ended, so it soon does, and its code says why
        finally:
            starting.cancel()
            clock.close()
            if not kept:
                _end(process)
        if began is None and is_new and not spoke:
            raise PassingError("cannot be read: its reader does not start; try again")
        if began is None and not is_new and not clock.rang:  # it ended while it was idle
            return (yield from self._attempt(data, name, limits, allowance, after))
        if clock.rang:
            return began or after or "", LoadError(allowance.reason())
        return began or after or "", _failure(process.returncode, limits, is_ours)

    def _take(self) -> tuple[subprocess.Popen[bytes], bool]:
        """Return a process that waits, or a new one, and whether it is new."""
        with self._lock:
            if self._idle:
                process, timer = self._idle.popitem()
                timer.cancel()
                return process, False
        return _start(), True

    def _give_back(self, process: subprocess.Popen[bytes]) -> bool:
        """Keep a process for the next file, unless enough wait already."""
        with self._lock:
            if len(self._idle) >= _MOST_IDLE:
                return False
            self._idle[process] = timer = threading.Timer(_IDLE, self._retire, [process])
        timer.daemon = True
        timer.start()
        return True

    def _retire(self, process: subprocess.Popen[bytes]) -> None:
        """End a process, if it still waits."""
        with self._lock:
            timer = self._idle.pop(process, None)
        if timer is not None:
            timer.cancel()
            _end(process)


def _start() -> subprocess.Popen[bytes]:
    """Start a process that waits for requests.

    Raises:
        PassingError: if the system starts none.
    """
    path = [place for place in sys.path if place]
    command = [sys.executable, "-I", "-X", "utf8", "-c", _BOOT, json.dumps([str(_ROOT), *path])]
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    try:
        return subprocess.Popen(  # noqa: S603 - our own program
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=tempfile.gettempdir(),
            start_new_session=True,  # Ctrl-C is the parent's to deal with
        )
    except OSError as error:
        raise PassingError(f"cannot be read: no process can be started ({error}); try again") from error


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(OSError):
        process.kill()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and wait until it is gone."""
    _kill(process)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):  # what was not yet written is lost with it
                stream.close()
    process.wait()


def _open(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None  # noqa: S101 - tells mypy what PIPE promises
    return stream


def _messages(stream: IO[bytes], limits: Limits) -> Iterator[dict[str, Any]]:
    """Yield the messages of a process until it ends.

    Raises:
        ValueError, TypeError: if it says what a worker does not say.
    """
    most = _LETTER * limits.text + _SECTION * limits.sections
    while (frame := receive(stream, most)) is not None:
        said = frame.decode()
        del frame  # it may be large
        message = json.loads(said)
        del said
        if not isinstance(message, dict):
            raise TypeError("a message is no object")
        yield message


def _failure(code: int | None, limits: Limits, is_ours: bool) -> LoadError:
    """Return why a process ended before it had read its file; `is_ours` where it was killed from here."""
    if code == -getattr(signal, "SIGXCPU", 0):
        return LoadError(f"takes longer than {limits.most_seconds:.0f} s to read; split it or save it anew")
    if code == 0:
        return LoadError(f"needs more than {limits.memory / 1e6:,.0f} MB of memory; split it")
    if code in _FROM_OUTSIDE and not is_ours:
        return PassingError("cannot be read: its reader was ended from outside; free memory and try again")
    return LoadError(
        "makes its reader crash, as only damaged and hostile files do; save it anew or remove it"
    )


_SANDBOX = Sandbox()
atexit.register(_SANDBOX.close)
