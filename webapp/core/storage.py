"""Report storage: one folder or bucket shared by web and worker processes (R18)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from gzip import GzipFile
from io import TextIOWrapper
from typing import IO, Any, Final
from zlib import error as ZlibError

import fsspec
from flask import current_app
from fsspec.spec import AbstractBufferedFile

MEGABYTE: Final = 1024 * 1024


class StorageError(OSError):
    """Report storage failed: the file could not be written or read."""


class NotStored(StorageError):
    """File that doesn't exist in report storage."""


def open_for_writing(path: str) -> AbstractContextManager[IO[str]]:
    """Open a report for writing; `path` is relative to `REPORT_STORAGE_URL`. Creates missing folders.

    Storage errors at any time until the file is closed are raised as StorageError. In S3 a file appears only
    when complete; an interrupted one never does.
    """
    return _texts(_opened(_address(path), path, "wb"))


def open_for_reading(path: str) -> AbstractContextManager[IO[str]]:
    """Open a stored report, decompressed if its name ends in .gz. Raises NotStored if it doesn't exist."""
    return _texts(_opened(_address(path), path, "rb"))


def open_bytes_for_writing(path: str) -> AbstractContextManager[IO[bytes]]:
    """Binary version of `open_for_writing`."""
    return _opened(_address(path), path, "wb")


def open_bytes_for_reading(path: str) -> AbstractContextManager[IO[bytes]]:
    """Binary version of `open_for_reading`."""
    return _opened(_address(path), path, "rb")


# Options of each kind of storage.
_OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "file": {"auto_mkdir": True},
    "s3": {
        # Files written or removed by other hosts must be visible.
        "use_listings_cache": False,
        # Larger files are sent in parts of this size; by default 50 MB would be buffered in memory.
        "default_block_size": 8 * MEGABYTE,
        # The defaults would block a run for minutes if the server is unavailable.
        "config_kwargs": {
            "connect_timeout": 5,
            "read_timeout": 30,
            "retries": {"mode": "standard", "max_attempts": 2},
        },
    },
}

# Special syntax of fsspec: chained file systems (`::`), and glob patterns.
_SPECIAL = frozenset("\\:*?[]{}")


def _address(path: str) -> str:
    """Return a path's URL; raises StorageError for path traversal."""
    leads_out = any(name in ("", ".", "..") for name in path.split("/"))
    if leads_out or not path.isprintable() or _SPECIAL.intersection(path):
        raise StorageError("it points outside report storage")
    return f"{current_app.config['REPORT_STORAGE_URL']}/{path}"


def _files(address: str) -> tuple[Any, str]:
    """Return the file system of a URL, and the name in it."""
    try:
        files, name = fsspec.url_to_fs(address, **_OPTIONS.get(address.partition(":")[0], {}))
    except ValueError as error:
        raise StorageError("unknown kind of report storage") from error
    return files, name


@contextmanager
def _opened(address: str, path: str, mode: str) -> Iterator[IO[bytes]]:
    with _refusals("read" if mode == "rb" else "write", path):
        files, name = _files(address)
        file = files.open(name, mode)
        is_compressed = mode == "rb" and name.endswith(".gz")
        content: IO[bytes] = GzipFile(fileobj=file) if is_compressed else file  # type: ignore[assignment]
        try:
            yield content
        except BaseException:
            _break_off(file)
            raise
        file.close()


@contextmanager
def _texts(opened: AbstractContextManager[IO[bytes]]) -> Iterator[IO[str]]:
    with opened as file:
        # newline="": the csv module writes its own line ends.
        text = TextIOWrapper(file, encoding="utf-8", newline="")
        yield text
        text.flush()
        text.detach()


def _break_off(file: Any) -> None:
    """Close a file without sending the rest of it, which S3 would do on close."""
    if isinstance(file, AbstractBufferedFile):
        file.closed = True
        with suppress(Exception):
            file.discard()
    else:
        file.close()


def remove_folder(path: str) -> bool:
    """Remove a folder and its content; return whether it existed. Raises StorageError."""
    try:
        with _asked_to("remove", path) as (files, address):
            files.rm(address, recursive=True)
    except NotStored:
        return False
    return True


def remove_file(path: str) -> None:
    """Remove a file if it exists. Raises StorageError."""
    with suppress(NotStored), _asked_to("remove", path) as (files, address):
        files.rm_file(address)


def list_names(path: str) -> list[str]:
    """List a folder's names, sorted; empty if there is no such folder. Raises StorageError."""
    try:
        with _asked_to("list", path) as (files, address):
            names = files.ls(address, detail=False)
    except NotStored:
        return []
    return sorted(str(name).rstrip("/").rsplit("/", 1)[-1] for name in names)


def modified_at(path: str) -> datetime | None:
    """Return when a file was last written, or None if it doesn't exist. Raises StorageError."""
    try:
        with _asked_to("look at", path) as (files, address):
            moment: datetime = files.modified(address)
    except NotStored:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@contextmanager
def _asked_to(act: str, path: str) -> Iterator[tuple[Any, str]]:
    """Yield the file system of `REPORT_STORAGE_URL` and the path in it."""
    address = _address(path)
    with _refusals(act, path):
        yield _files(address)


@contextmanager
def _refusals(act: str, path: str) -> Iterator[None]:
    """Raise storage errors as StorageError, without address or login."""
    try:
        yield
    except StorageError:
        raise
    except FileNotFoundError as error:
        raise NotStored(f"report storage has no {path}") from error
    except Exception as error:
        if not _is_refusal(error):
            raise
        raise StorageError(f"report storage cannot {act} {path}: {type(error).__name__}") from error


def _is_refusal(error: Exception) -> bool:
    """S3's client raises errors of its dependencies that are not OSError, damaged gzip files others."""
    return isinstance(error, OSError | EOFError | ZlibError) or type(error).__module__.partition(".")[0] in (
        "botocore",
        "aiohttp",
    )
