"""Report storage: one folder or bucket that web and workers share (R18)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from io import TextIOWrapper
from typing import IO, Any, Final

import fsspec
from flask import current_app
from fsspec.spec import AbstractBufferedFile

MEGABYTE: Final = 1024 * 1024


class StorageError(OSError):
    """Report storage refused: the file could not be written or read."""


class NotStored(StorageError):
    """Report storage answers, and has no such file."""


def open_for_writing(path: str) -> AbstractContextManager[IO[str]]:
    """A report file to write, `path` relative to `REPORT_STORAGE_URL`, missing folders made.

    What storage refuses, at any time until the file is closed, is raised as StorageError. In S3 the file is
    there once all of it is; one that was broken off never is.
    """
    return _texts(_opened(_address(path), path, "wb"))


def open_for_reading(path: str) -> AbstractContextManager[IO[str]]:
    """A stored report. Raises NotStored when it is not there."""
    return _texts(_opened(_address(path), path, "rb"))


def open_bytes_for_writing(path: str) -> AbstractContextManager[IO[bytes]]:
    """As `open_for_writing`, for a file that is kept as it came."""
    return _opened(_address(path), path, "wb")


def open_bytes_for_reading(path: str) -> AbstractContextManager[IO[bytes]]:
    """As `open_for_reading`, for a file that is kept as it came."""
    return _opened(_address(path), path, "rb")


# What each kind of storage is told.
_OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "file": {"auto_mkdir": True},
    "s3": {
        # What another host wrote or removed since must be seen.
        "use_listings_cache": False,
        # A larger file is sent in pieces of this size; by default 50 MB would wait in memory.
        "default_block_size": 8 * MEGABYTE,
        # By default a server that is away keeps a run waiting for minutes.
        "config_kwargs": {
            "connect_timeout": 5,
            "read_timeout": 30,
            "retries": {"mode": "standard", "max_attempts": 2},
        },
    },
}

# What fsspec reads as something else than a name: a chain of file systems (`::`), and patterns of many names.
_SPECIAL = frozenset("\\:*?[]{}")


def _address(path: str) -> str:
    """Where a path is; raises StorageError for one that leads out of the folder or bucket."""
    leads_out = any(name in ("", ".", "..") for name in path.split("/"))
    if leads_out or not path.isprintable() or _SPECIAL.intersection(path):
        raise StorageError("it leads out of report storage")
    return f"{current_app.config['REPORT_STORAGE_URL']}/{path}"


def _files(address: str) -> tuple[Any, str]:
    """The file system that an address is in, and its name there."""
    try:
        files, name = fsspec.url_to_fs(address, **_OPTIONS.get(address.partition(":")[0], {}))
    except ValueError as error:
        raise StorageError("there is no such kind of report storage") from error
    return files, name


@contextmanager
def _opened(address: str, path: str, mode: str) -> Iterator[IO[bytes]]:
    with _refusals("read" if mode == "rb" else "write", path):
        files, name = _files(address)
        file = files.open(name, mode)
        try:
            yield file
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
    """Close a file without sending what is left of it, which is what closing means to S3."""
    if isinstance(file, AbstractBufferedFile):
        file.closed = True
        with suppress(Exception):
            file.discard()
    else:
        file.close()


def remove_folder(path: str) -> bool:
    """Remove a folder and all in it; false if there was none. Raises StorageError when storage refuses."""
    try:
        with _asked_to("remove", path) as (files, address):
            files.rm(address, recursive=True)
    except NotStored:
        return False
    return True


def remove_file(path: str) -> None:
    """Remove a file. Raises StorageError when storage refuses; one that is not there is no error."""
    with suppress(NotStored), _asked_to("remove", path) as (files, address):
        files.rm_file(address)


def names_in(path: str) -> list[str]:
    """The names of what is in a folder, sorted; none where there is no such folder. Raises StorageError."""
    try:
        with _asked_to("list", path) as (files, address):
            found = files.ls(address, detail=False)
    except NotStored:
        return []
    return sorted(str(name).rstrip("/").rsplit("/", 1)[-1] for name in found)


def changed_at(path: str) -> datetime | None:
    """When a file was last written, if it is there. Raises StorageError when storage refuses."""
    try:
        with _asked_to("look at", path) as (files, address):
            moment: datetime = files.modified(address)
    except NotStored:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@contextmanager
def _asked_to(act: str, path: str) -> Iterator[tuple[Any, str]]:
    """The file system behind `REPORT_STORAGE_URL`, and the path there."""
    address = _address(path)
    with _refusals(act, path):
        yield _files(address)


@contextmanager
def _refusals(act: str, path: str) -> Iterator[None]:
    """Raise what storage refuses as StorageError, which tells neither address nor login."""
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
    """S3's client hands on what the libraries below it raise, and that is no OSError."""
    return isinstance(error, OSError) or type(error).__module__.partition(".")[0] in ("botocore", "aiohttp")
