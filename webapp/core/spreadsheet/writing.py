"""CSV writer whose files are safe to open in a spreadsheet (R18)."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from typing import IO, Final, Protocol

from webapp.core.text_keys import INVISIBLE

# Without it, Excel assumes the machine's legacy code page.
BOM: Final = "\ufeff"

# The last four are the full-width forms of the first four; spreadsheets treat them alike.
_FORMULA = frozenset("=+-@＝＋－＠")
_CONTROLS = frozenset("\t\r\n")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
# Characters that spreadsheets skip, or don't show, before a formula; quotes where they split a quoted cell.
_PASSED_OVER = re.compile(rf'[" \xa0\u1680\u2000-\u200a\u202f\u205f\u3000{INVISIBLE}]+')
# A spreadsheet with another separator splits cells at these; a line break also starts a cell.
_SEPARATORS = re.compile("([;\t\r\n])")
_PLAIN_STARTS = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ#(/")
_PLAIN_OR_NO_START = _PLAIN_STARTS | {""}


class Writer(Protocol):
    """The methods of `csv.writer` that are used here."""

    def writerow(self, row: Iterable[object], /) -> object: ...

    def writerows(self, rows: Iterable[Iterable[object]], /) -> object: ...


def writer(file: IO[str]) -> Writer:
    """Return a CSV writer with line feeds as line ends on every platform."""
    return csv.writer(file, lineterminator="\n")


def write_header(file: IO[str], columns: Sequence[str], *, marked: bool = True) -> Writer:
    """Write the byte order mark, unless the file is for a program, then the header."""
    if marked:
        file.write(BOM)
    rows = writer(file)
    rows.writerow(columns)
    return rows


def defuse(cell: str) -> str:
    """Return a cell's text, with an apostrophe before anything that a spreadsheet would run as a formula.

    Formulas after other separators, such as a semicolon, are covered too. A plain number such as `-5` or
    `+1.50` isn't a formula and is left as it is.
    """
    if _is_plain(cell):
        return cell
    first, *others = _SEPARATORS.split(cell)
    mark = "'" if _runs(first) or _begins_with_control(first, others) else ""
    return mark + first + "".join(f"'{piece}" if _runs(piece) else piece for piece in others)


def undo_defuse(cell: str) -> str:
    """Return the original text of a cell changed by `defuse`."""
    if "'" not in cell:
        return cell
    first, *others = _SEPARATORS.split(cell)
    if first[:1] == "'" and (_runs(first[1:]) or _begins_with_control(first[1:], others)):
        first = first[1:]
    return first + "".join(map(_armed_piece, others))


def _armed_piece(piece: str) -> str:
    return piece[1:] if piece[:1] == "'" and _runs(piece[1:]) else piece


def are_plain(cells: Sequence[str], line: str) -> bool:
    """Return whether cells are written as they are; `line` has all of them, with a comma after each."""
    return (
        line.count(",") == len(cells)
        and line.isprintable()
        and '"' not in line
        and ";" not in line
        and _PLAIN_OR_NO_START.issuperset([cell[:1] for cell in cells])
    )


def _is_plain(cell: str) -> bool:
    """Fast path for nearly every cell. Invisible characters and line breaks are not printable."""
    return (cell[:1] in _PLAIN_STARTS or not cell) and ";" not in cell and cell.isprintable()


def _runs(piece: str) -> bool:
    # Also without the apostrophes, so that any written text is read back unchanged.
    bare = _PASSED_OVER.sub("", piece.lstrip("'"))
    return bare[:1] in _FORMULA and not _NUMBER.fullmatch(bare)


def _begins_with_control(first: str, others: list[str]) -> bool:
    return bool(others) and others[0] in _CONTROLS and not _PASSED_OVER.sub("", first.lstrip("'"))
