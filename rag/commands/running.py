"""Run a command line: every failure becomes one line and an exit status."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

import typer

from rag.commands.terminal import use_utf8, visible
from rag.errors import IsnadError

ERROR, INTERRUPTED, PIPE_CLOSED = 2, 128 + 2, 128 + 13  # the last two as a shell reports the signals


def run_app(app: typer.Typer, arguments: Sequence[str] | None) -> int:
    """Run `app` with `arguments` (those of the process if None) and return the exit status."""
    use_utf8()
    command = typer.main.get_command(app)
    try:
        status = command.main(arguments, prog_name="isnad", standalone_mode=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except (BrokenPipeError, SystemExit) as error:
        if isinstance(error, SystemExit) and not isinstance(error.__context__, BrokenPipeError):
            raise  # typer exits where a pipe is closed, and nowhere else
        # The reader has seen enough. What is still buffered must not raise again when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except Exception as error:
        return _fail(error)
    return status if isinstance(status, int) else 0


def _fail(error: Exception) -> int:
    """Say in one line what is wrong, with the traceback only where ISNAD_DEBUG asks for it."""
    # Read here and not in Settings: it must work when the settings themselves are what is wrong.
    if os.environ.get("ISNAD_DEBUG", "") not in ("", "0"):
        traceback.print_exception(error, file=sys.stderr)
    if isinstance(error, IsnadError):
        message = str(error)
    elif hasattr(error, "format_message"):  # a usage error; its class has moved between versions of typer
        context = getattr(error, "ctx", None)
        message = f"{error.format_message()} (see {context.command_path if context else 'isnad'} --help)"
    else:
        message = (
            f"unexpected {type(error).__name__}: {error}; set ISNAD_DEBUG=1 for the traceback, "
            "and run `isnad doctor`"
        )
    print("isnad:", visible(" ".join(message.split())), file=sys.stderr)
    return ERROR
