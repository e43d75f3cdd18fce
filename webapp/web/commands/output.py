"""Standard output of commands."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Callable
from typing import IO


def print_csv(write: Callable[..., None], *arguments: object) -> None:
    """Print what a function writes to a file as CSV, which is its last argument."""
    file = io.StringIO()
    write(*arguments, file, marked=goes_to_file(sys.stdout))
    sys.stdout.write(file.getvalue())


def goes_to_file(stream: IO[str]) -> bool:
    """Return whether it is redirected to a file, which a spreadsheet may open. Pipes need no byte order
    mark."""
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except OSError:
        # Not a stream of the operating system.
        return False
