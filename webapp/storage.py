"""Report storage: one folder or bucket that web and workers share (R18)."""

from __future__ import annotations

from typing import IO, Any

import fsspec
from flask import current_app


class StorageError(OSError):
    """Report storage refused: the file could not be written or read."""


def open_for_writing(path: str) -> IO[str]:
    """Open a report file, `path` relative to `REPORT_STORAGE_URL`, missing folders made."""
    return _open(path, "w", **TEXT)


def open_for_reading(path: str) -> IO[str]:
    """Open a stored report. Raises StorageError when it is not there."""
    return _open(path, "r", **TEXT)


def open_bytes_for_writing(path: str) -> IO[bytes]:
    """As `open_for_writing`, for a file that is kept as it came."""
    return _open(path, "wb")


def open_bytes_for_reading(path: str) -> IO[bytes]:
    """As `open_for_reading`, for a file that is kept as it came."""
    return _open(path, "rb")


# newline="": the csv module writes its own line ends.
TEXT: dict[str, Any] = {"encoding": "utf-8", "newline": ""}


def _open(path: str, mode: str, **options: Any) -> Any:
    url = f"{current_app.config['REPORT_STORAGE_URL']}/{path}"
    try:
        return fsspec.open(url, mode, auto_mkdir=True, **options).open()
    except (OSError, ValueError) as error:
        raise StorageError(f"report storage cannot open {path}: {type(error).__name__}") from error
