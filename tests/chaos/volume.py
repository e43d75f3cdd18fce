"""A small volume that can be filled: a file system in memory, which only root may mount."""

from __future__ import annotations

import errno
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MEGABYTES = 64
BLOCK = 1 << 14


@dataclass(frozen=True)
class Volume:
    """The mounted folder."""

    folder: Path

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"

    def fill(self) -> None:
        """Leave no space."""
        with self._filler.open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(BLOCK))
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def free(self) -> None:
        """Release the space."""
        self._filler.unlink(missing_ok=True)


@contextmanager
def small_volume(folder: Path) -> Iterator[Volume | None]:
    """A mounted volume of some megabytes; None if this user may not mount one."""
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
