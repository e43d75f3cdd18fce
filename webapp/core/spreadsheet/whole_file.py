"""Files that are imported as a whole or not at all: read within limits, and refused with every bad line."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import islice
from typing import BinaryIO, Final, NamedTuple

from webapp.core.errors import Refused
from webapp.core.spreadsheet.reading import Row, Sheet, Unreadable

MEGABYTE: Final = 1024 * 1024


class FileRefused(Refused):
    """File that cannot be imported; `problems` are pairs of a line number and the reason, in order."""

    def __init__(self, problems: list[tuple[int, str]]) -> None:
        super().__init__("; ".join(f"line {line}: {reason}" for line, reason in problems))
        self.problems = problems


class FileLimits(NamedTuple):
    """How large a file may be; `items` is what its rows are, in the plural."""

    megabytes: int
    rows: int
    items: str

    @property
    def bytes(self) -> int:
        return self.megabytes * MEGABYTE


class WholeFile(NamedTuple):
    """Rows of a file, and the columns of their cells."""

    columns: tuple[str, ...]
    rows: list[Row]


def read_whole(
    file: BinaryIO, limits: FileLimits, columns: Sequence[str], optional: Sequence[str] = ()
) -> WholeFile:
    """Return the rows of a file. Raises FileRefused if it cannot be read, or is too large."""
    # One byte more than allowed, so that an oversized file is detected without reading it all.
    content = file.read(limits.bytes + 1)
    if len(content) > limits.bytes:
        raise FileRefused([(1, f"the file is larger than {limits.megabytes} MB")])
    try:
        sheet = Sheet(io.BytesIO(content), columns, optional)
        rows = list(islice(sheet, limits.rows + 1))
    except Unreadable as error:
        raise FileRefused([(1, str(error))]) from None
    if len(rows) > limits.rows:
        raise FileRefused([(rows[-1].line, f"the file has more than {limits.rows:,} {limits.items}")])
    return WholeFile(sheet.columns, rows)
