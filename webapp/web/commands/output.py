"""Where a command's standard output goes."""

from __future__ import annotations

import os
import stat
from typing import IO


def goes_to_file(stream: IO[str]) -> bool:
    """Whether it is redirected to a file, which a person opens. A program that reads a pipe needs no mark."""
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except OSError:
        # Not a stream of the operating system.
        return False
