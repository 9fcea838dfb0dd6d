"""Who may add documents, and where they go: the owner's folder, each visitor's own, or nowhere."""

from __future__ import annotations

from typing import Any

from rag.errors import SettingsError
from rag.index import place
from rag.settings import Settings
from ui.guards.guarded import LOCAL
from ui.uploads.files import Allowance
from ui.uploads.keeping import Keeper
from ui.uploads.visits import Visits

VISITS, REMOVED = "visits", "removed"  # folders in ISNAD_HOME
FULL_VISIT = 5  # times as much as one file may have, all files of a visitor may

Shelf = Keeper | Visits


def shelf_of(pipeline: Any, settings: Settings, host: str) -> Shelf | None:
    """Return where documents go that are added on an address; None where none are taken.

    Args:
        pipeline: a `Pipeline`; of anything else nothing is changed.
        settings: what was chosen.
        host: the address that is listened on.

    Raises:
        SettingsError: as `check_editable`.
    """
    check_editable(settings, host)
    if not hasattr(pipeline, "store"):
        return None
    if settings.editable:
        removed = settings.home / REMOVED / place(pipeline.folder, settings).name
        return Keeper(pipeline, removed, Allowance(settings.max_file_bytes))
    if not settings.uploads:
        return None
    each = settings.upload_bytes
    allowance = Allowance(each, settings.upload_files, FULL_VISIT * each)
    return Visits(pipeline, settings.home / VISITS, allowance)


def check_editable(settings: Settings, host: str) -> None:
    """See that only those whom the owner knows can change the folder.

    Raises:
        SettingsError: if it could be changed by everybody who reaches the address.
    """
    if settings.editable and host not in LOCAL and settings.password is None:
        raise SettingsError(
            f"with --editable everybody who reaches {host} could change the documents; set ISNAD_PASSWORD, "
            "or listen on 127.0.0.1"
        )
