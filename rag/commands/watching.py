"""When to look at a folder that is followed: as soon as something in it changes, and once a minute anyway."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rag.commands.stopping import Stopping

_LOOK_AGAIN = 2.0  # seconds after which a file that was being written is looked into again
_GATHER = 0.5  # within which changes are taken together
_IN_FULL = 60.0  # after which everything is looked at, for not all that changes is told
_POLL = 5.0  # after which it is where nothing is told
_SHARE = 10  # the pause after a look is at least so many times as long as the look


def moments(folder: Path, stop: Stopping, say: Callable[[str], None]) -> Iterator[bool]:
    """Yield every two seconds, and when something has changed: whether the folder is to be looked at.

    Nobody is told of a change behind a link out of the folder, and a system may lose what it has to tell, so
    there is a look every minute. A folder that is put in place of this one is followed in turn. Where the
    system watches nothing more, the folder is looked at every few seconds instead.

    Args:
        folder: need not be there all the time.
        stop: ends it.
        say: is told what the user should know, in words.
    """
    import watchfiles

    itself, was_there, said = os.path.abspath(folder), True, False
    while not stop.is_set():
        watched = _identity(folder)
        if watched is None:
            yield was_there  # once, so that it is said
            was_there = False
            _pause(stop, _LOOK_AGAIN)
            continue
        was_there, due = True, 0.0  # what changed before it was watched is looked at, too
        try:
            for changes in watchfiles.watch(
                folder,
                watch_filter=None,
                debounce=round(_GATHER * 1000),
                rust_timeout=round(_LOOK_AGAIN * 1000),
                yield_on_timeout=True,
                stop_event=stop,
                raise_interrupt=False,
            ):
                said = False
                if _identity(folder) != watched or any(
                    os.path.abspath(path) == itself for _, path in changes
                ):
                    break  # it may no longer be the one that is watched
                start = time.monotonic()
                if changes or start >= due:
                    yield True
                    due = _next(start, _IN_FULL)
                else:
                    yield False
            else:
                return
        except (OSError, RuntimeError) as error:  # watchfiles knows no better class than the latter
            if not said:
                say(f"{folder} cannot be watched ({error}); it is looked at every {_POLL:.0f} s instead")
            said, start = True, time.monotonic()
            while not stop.is_set() and time.monotonic() < start + _IN_FULL:  # then watching is tried again
                began = time.monotonic()
                yield True
                _pause(stop, _next(began, _POLL) - time.monotonic())


def _next(start: float, seconds: float) -> float:
    """Return when to look again, after a look that began at `start` and has just ended."""
    now = time.monotonic()
    return now + max(seconds, _SHARE * (now - start))


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return what tells a folder from another in its place; None where there is none."""
    try:
        status = os.stat(folder)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _pause(stop: Stopping, seconds: float) -> None:
    """Wait so long, or until it is to stop."""
    end = time.monotonic() + seconds
    while not stop.is_set() and (left := end - time.monotonic()) > 0:
        time.sleep(min(left, 0.1))
