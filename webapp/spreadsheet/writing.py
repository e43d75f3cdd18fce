"""CSV files that are safe to open in a spreadsheet (R18)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import IO, Protocol

# The last four are what a Japanese keyboard writes for the first four, and spreadsheets take for them.
_FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
_SUSPICIOUS = _FORMULA_STARTS | {"'"}
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


class Writer(Protocol):
    """The part of a `csv.writer` that is used here."""

    def writerow(self, row: Iterable[object], /) -> object: ...

    def writerows(self, rows: Iterable[Iterable[object]], /) -> object: ...


def writer(file: IO[str]) -> Writer:
    """A CSV writer with line feeds as line ends, whatever the machine."""
    return csv.writer(file, lineterminator="\n")


def defuse(cell: str) -> str:
    """The text of a cell, with an apostrophe in front where a spreadsheet would run it as a formula.

    A plain number such as `-5` or `+1.50` is no formula and is left alone.
    """
    if cell[:1] not in _SUSPICIOUS:
        return cell
    # Without the apostrophes too, so that what is read back is what was written, whatever that was.
    bare = cell.lstrip("'")
    if bare[:1] in _FORMULA_STARTS and not _NUMBER.fullmatch(bare):
        return "'" + cell
    return cell


def armed(cell: str) -> str:
    """The text that `defuse` made a cell of, for a file that is read back."""
    return cell[1:] if cell[:1] == "'" and defuse(cell[1:]) == cell else cell
