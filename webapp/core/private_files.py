"""File permissions that protect the SQLite file and its folder from other users of the machine."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, event

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700
# The permissions of users other than the owner and the file's group.
OTHERS: Final = 0o007


def make_folder(path: Path) -> None:
    """Create a folder with access for this user only; existing permissions of others are removed."""
    path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    _close(path, FOLDER_MODE)


def keep_private(engine: Engine) -> None:
    """Create the SQLite file of this engine with mode 0600, before SQLite creates it with 0644.

    SQLite gives `-wal` and `-shm` the mode of the file itself.
    """
    name = engine.url.database or ""
    if name and name != ":memory:" and not name.startswith("file:"):
        event.listen(engine, "do_connect", lambda *_: _prepare(Path(name)))


def _prepare(path: Path) -> Any:
    # SQLite reports a folder that is missing or that we don't own.
    with suppress(OSError):
        # Never a file that this process is connected to: to close it again would release the locks of that,
        # and the next process that leaves the database would delete its log.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE_MODE))
        for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            with suppress(FileNotFoundError):
                _close(file, FILE_MODE)


def _close(path: Path, mode: int) -> None:
    """Remove the permissions of others; those of the group, which a deployment may have set, stay."""
    if path.stat().st_mode & OTHERS:
        with suppress(PermissionError):
            path.chmod(mode)
