"""CSV files that are safe to open in a spreadsheet (R18)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from typing import IO, Final, Protocol

from webapp.core.text_keys import INVISIBLE

# Excel takes a file without it for one of the machine's old code page.
BOM: Final = "\ufeff"

# The last four are what a Japanese keyboard writes for the first four, and spreadsheets take for them.
_FORMULA = frozenset("=+-@＝＋－＠")
_CONTROLS = frozenset("\t\r\n")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
# What spreadsheets pass over, or do not show, before a formula; quotes where they split a quoted cell.
_PASSED_OVER = re.compile(rf'[" \xa0\u1680\u2000-\u200a\u202f\u205f\u3000{INVISIBLE}]+')
# A spreadsheet that separates by these makes cells of what is between them; a line end begins a cell, too.
_SEPARATORS = re.compile("([;\t\r\n])")
_PLAIN_STARTS = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ#(/")


class Writer(Protocol):
    """The part of a `csv.writer` that is used here."""

    def writerow(self, row: Iterable[object], /) -> object: ...

    def writerows(self, rows: Iterable[Iterable[object]], /) -> object: ...


def writer(file: IO[str]) -> Writer:
    """A CSV writer with line feeds as line ends, whatever the machine."""
    return csv.writer(file, lineterminator="\n")


def begin(file: IO[str], columns: Sequence[str], *, marked: bool = True) -> Writer:
    """Begin a file: the byte order mark, unless it is for a program, then the header."""
    if marked:
        file.write(BOM)
    rows = writer(file)
    rows.writerow(columns)
    return rows


def defuse(cell: str) -> str:
    """The text of a cell, with an apostrophe in front of what a spreadsheet would run as a formula.

    Also after what separates cells elsewhere, such as a semicolon. A plain number such as `-5` or `+1.50` is
    no formula and is left alone.
    """
    if _is_plain(cell):
        return cell
    first, *others = _SEPARATORS.split(cell)
    mark = "'" if _runs(first) or _begins_with_control(first, others) else ""
    return mark + first + "".join(f"'{piece}" if _runs(piece) else piece for piece in others)


def armed(cell: str) -> str:
    """The text that `defuse` made a cell of, for a file that is read back."""
    if "'" not in cell:
        return cell
    first, *others = _SEPARATORS.split(cell)
    if first[:1] == "'" and (_runs(first[1:]) or _begins_with_control(first[1:], others)):
        first = first[1:]
    return first + "".join(map(_armed_piece, others))


def _armed_piece(piece: str) -> str:
    return piece[1:] if piece[:1] == "'" and _runs(piece[1:]) else piece


def _is_plain(cell: str) -> bool:
    """Told at once of nearly every cell. What is invisible, and line ends, are not printable."""
    return (cell[:1] in _PLAIN_STARTS or not cell) and ";" not in cell and cell.isprintable()


def _runs(piece: str) -> bool:
    # Without the apostrophes too, so that what is read back is what was written, whatever that was.
    bare = _PASSED_OVER.sub("", piece.lstrip("'"))
    return bare[:1] in _FORMULA and not _NUMBER.fullmatch(bare)


def _begins_with_control(first: str, others: list[str]) -> bool:
    return bool(others) and others[0] in _CONTROLS and not _PASSED_OVER.sub("", first.lstrip("'"))
