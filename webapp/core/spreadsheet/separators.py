"""What separates the cells of a file: told by its first line, which names the columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from typing import Final

SEPARATORS: Final = (",", ";", "\t")
# Excel's own way to say it, on a line before the header.
_SAID = re.compile(r'"?sep=([,;\t])"?\s*', re.IGNORECASE)


def said(line: str) -> str | None:
    """The separator that a line such as `sep=;` says; None for any other line."""
    found = _SAID.fullmatch(line)
    return found[1] if found else None


def of_header(line: str, columns: Sequence[str]) -> str:
    """The separator by which most of the columns are in the line; a comma where none is better."""
    return max(SEPARATORS, key=lambda separator: _known(line, separator, columns))


def _known(line: str, separator: str, columns: Sequence[str]) -> int:
    try:
        cells = next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return 0
    names = {cell.strip().casefold() for cell in cells}
    return sum(name in names for name in columns)
