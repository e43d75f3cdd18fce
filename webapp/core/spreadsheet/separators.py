"""Detection of a file's cell separator by its first line, which names the columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from typing import Final

SEPARATORS: Final = (",", ";", "\t")
# Excel's own declaration, on a line before the header.
_SAID = re.compile(r'"?sep=([,;\t])"?\s*', re.IGNORECASE)


def declared_separator(line: str) -> str | None:
    """Return the separator that a line such as `sep=;` declares; None for any other line."""
    found = _SAID.fullmatch(line)
    return found[1] if found else None


def detect_separator(line: str, columns: Sequence[str]) -> str:
    """Return the separator that yields most of the columns; a comma if none is better."""
    return max(SEPARATORS, key=lambda separator: _known(line, separator, columns))


def _known(line: str, separator: str, columns: Sequence[str]) -> int:
    try:
        cells = next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return 0
    names = {cell.strip().casefold() for cell in cells}
    return sum(name in names for name in columns)
