"""Report storage: one folder or bucket that web and workers share (R18)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
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


# What fsspec reads as something else than a name: a chain of file systems (`::`), and patterns of many names.
_SPECIAL = frozenset("\\:*?[]{}")


def _address(path: str) -> str:
    """Where a path is; raises StorageError for one that leads out of the folder or bucket."""
    leads_out = any(name in ("", ".", "..") for name in path.split("/"))
    if leads_out or not path.isprintable() or _SPECIAL.intersection(path):
        raise StorageError("it leads out of report storage")
    return f"{current_app.config['REPORT_STORAGE_URL']}/{path}"


def _open(path: str, mode: str, **options: Any) -> Any:
    url = _address(path)
    try:
        return fsspec.open(url, mode, auto_mkdir=True, **options).open()
    except (OSError, ValueError) as error:
        raise StorageError(f"report storage cannot open {path}: {type(error).__name__}") from error


def remove_folder(path: str) -> bool:
    """Remove a folder and all in it; false if there was none. Raises StorageError when storage refuses."""
    try:
        with _asked_to("remove", path) as (files, address):
            files.rm(address, recursive=True)
    except FileNotFoundError:
        return False
    return True


def remove_file(path: str) -> None:
    """Remove a file. Raises StorageError when storage refuses; one that is not there is no error."""
    with suppress(FileNotFoundError), _asked_to("remove", path) as (files, address):
        files.rm_file(address)


def names_in(path: str) -> list[str]:
    """The names of what is in a folder, sorted; none where there is no such folder. Raises StorageError."""
    try:
        with _asked_to("list", path) as (files, address):
            found = files.ls(address, detail=False, refresh=True)
    except FileNotFoundError:
        return []
    return sorted(str(name).rstrip("/").rsplit("/", 1)[-1] for name in found)


def changed_at(path: str) -> datetime | None:
    """When a file was last written, if it is there. Raises StorageError when storage refuses."""
    try:
        with _asked_to("look at", path) as (files, address):
            moment: datetime = files.modified(address)
    except FileNotFoundError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@contextmanager
def _asked_to(act: str, path: str) -> Iterator[tuple[Any, str]]:
    """The file system behind `REPORT_STORAGE_URL`, and the path there; what it refuses is a StorageError.

    That something is not there is said as FileNotFoundError.
    """
    try:
        yield fsspec.url_to_fs(_address(path))
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise StorageError(f"report storage cannot {act} {path}: {type(error).__name__}") from error
