"""Report storage: one folder or bucket that web and workers share (R18)."""

from __future__ import annotations

from typing import IO

import fsspec
from flask import current_app


class StorageError(OSError):
    """Report storage refused: the file could not be written or read."""


def open_for_writing(path: str) -> IO[str]:
    """Open a report file, `path` relative to `REPORT_STORAGE_URL`, missing folders made."""
    return _open(path, "w")


def open_for_reading(path: str) -> IO[str]:
    """Open a stored report. Raises StorageError when it is not there."""
    return _open(path, "r")


def _open(path: str, mode: str) -> IO[str]:
    url = f"{current_app.config['REPORT_STORAGE_URL']}/{path}"
    try:
        # newline="": the csv module writes its own line ends.
        return fsspec.open(url, mode, encoding="utf-8", newline="", auto_mkdir=True).open()
    except (OSError, ValueError) as error:
        raise StorageError(f"report storage cannot open {path}: {type(error).__name__}") from error
