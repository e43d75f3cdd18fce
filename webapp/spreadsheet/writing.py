"""CSV files that are safe to open in a spreadsheet (R18)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import IO, Protocol

_FORMULA_STARTS = frozenset("=+-@\t\r")
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
    if cell[:1] in _FORMULA_STARTS and not _NUMBER.fullmatch(cell):
        return "'" + cell
    return cell
