"""Destination of a command's standard output."""

from __future__ import annotations

import os
import stat
from typing import IO


def goes_to_file(stream: IO[str]) -> bool:
    """Return whether it is redirected to a file, which a spreadsheet may open. Pipes need no byte order
    mark."""
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except OSError:
        # Not a stream of the operating system.
        return False
