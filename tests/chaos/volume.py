"""A disk that can be full: a small file system in memory, or workers whose writes are refused."""

from __future__ import annotations

import errno
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

MEGABYTES = 64
BLOCK = 1 << 14
# While this file is in the folder of their orders, instrumented workers refuse writes.
DISK_FULL = "disk-full"


class Disk(Protocol):
    """The disk that the database is on."""

    @property
    def folder(self) -> Path: ...

    def fill(self) -> None:
        """Leave no space."""

    def free(self) -> None:
        """Release the space."""


@dataclass(frozen=True)
class Volume:
    """A mounted folder."""

    folder: Path

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"

    def fill(self) -> None:
        with self._filler.open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(BLOCK))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def free(self) -> None:
        self._filler.unlink(missing_ok=True)


@dataclass(frozen=True)
class RefusedWrites:
    """The stand-in where no volume may be mounted: orders to instrumented workers, in their folder."""

    folder: Path

    def fill(self) -> None:
        (self.folder / DISK_FULL).touch()

    def free(self) -> None:
        (self.folder / DISK_FULL).unlink(missing_ok=True)


@contextmanager
def small_volume(folder: Path) -> Iterator[Volume | None]:
    """A mounted volume of some megabytes; None if this user may not mount one, as only root may."""
    folder.mkdir()
    size = f"size={MEGABYTES}m,mode=755"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], capture_output=True, check=False
    )
    if done.returncode:
        yield None
        return
    try:
        yield Volume(folder)
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
