"""Reads a CSV file row by row: a bad row is told apart from its neighbours and never stops them."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import BinaryIO, NamedTuple

from webapp.core.errors import Refused
from webapp.core.spreadsheet import separators
from webapp.core.spreadsheet.lines import Lines, UnclosedQuote
from webapp.core.spreadsheet.writing import armed
from webapp.core.text_keys import cleaned

MAX_LINES_BEFORE_HEADER = 20

_NOT_TEXT = "the file is not UTF-8 text; in the spreadsheet, save it as CSV UTF-8"


class Unreadable(Refused):
    """The file as a whole cannot be read; the message is one line for the person who sent it."""


class Row(NamedTuple):
    """A row: the number of its first line, and its cells in the order asked for or why it has none."""

    line: int
    cells: tuple[str, ...]
    reason: str = ""


class Sheet:
    """A CSV file with a header, as spreadsheets save it; memory does not grow with the file.

    Commas, semicolons or tabs separate the cells, in UTF-8 or UTF-16. Rows without any text are passed over,
    and cells are as they were before `defuse`. `columns` must all be in the header, in any order and case;
    `optional` ones may be. Other columns are ignored. Raises Unreadable for an empty file, one that is no
    text, and one without the columns.
    """

    def __init__(self, file: BinaryIO, columns: Sequence[str], optional: Sequence[str] = ()) -> None:
        self._lines = Lines(file)
        separator = self._separator(columns)
        self._reader = csv.reader(self._lines, strict=True, delimiter=separator)
        header = self._header()
        self.columns = (*columns, *(name for name in optional if name in header))
        missing = [name for name in columns if name not in header]
        if missing:
            raise Unreadable(f"the file has no column {', '.join(missing)}; the first line names the columns")
        twice = sorted({name for name in self.columns if header.count(name) > 1})
        if twice:
            raise Unreadable(f"the file has two columns named {', '.join(twice)}")
        self._width = len(header)
        self._pick = itemgetter(*(header.index(name) for name in self.columns))

    def _separator(self, columns: Sequence[str]) -> str:
        """Which separator the file has; the lines before its header are read then."""
        line = self._lines.peek()
        for _ in range(MAX_LINES_BEFORE_HEADER):
            said = separators.said(line)
            if (not said and cleaned(line.translate(_NO_SEPARATORS))) or not self._lines.is_next_text:
                break
            next(self._lines)
            self._lines.next_record()
            if said:
                return said
            line = self._lines.peek()
        return separators.of_header(line, columns)

    def _header(self) -> list[str]:
        try:
            cells = next(self._reader)
        except StopIteration:
            raise Unreadable("the file is empty") from None
        except (csv.Error, UnclosedQuote):
            raise Unreadable(f"{_NOT_TEXT}, with the columns named on the first line") from None
        if not self._lines.is_text or any("\0" in cell for cell in cells):
            raise Unreadable(_NOT_TEXT)
        self._lines.next_record()
        return [cleaned(cell).casefold() for cell in cells]

    def __iter__(self) -> Iterator[Row]:
        while True:
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except (csv.Error, UnclosedQuote) as error:
                yield self._broken(error)
                continue
            if not self._lines.is_text or not _is_empty(cells):
                yield self._row(cells)
            self._lines.next_record()

    def _row(self, cells: list[str]) -> Row:
        line = self._lines.number
        if not self._lines.is_text:
            return Row(line, (), "not UTF-8 text, or longer than any row")
        if len(cells) != self._width:
            return Row(line, (), f"{len(cells)} fields where the first line has {self._width}")
        return Row(line, tuple(map(armed, self._pick(cells))))

    def _broken(self, error: Exception) -> Row:
        line = self._lines.number
        if self._lines.spans_lines:
            # Most likely a quote that is never closed: the lines that it took in are rows of their own.
            self._lines.retry_after_first_line()
            return Row(line, (), "a quote is opened and never closed")
        self._lines.next_record()
        return Row(line, (), f"no CSV row ({error})")


_NO_SEPARATORS = str.maketrans("", "", ',;"')


def _is_empty(cells: list[str]) -> bool:
    """Whether a row holds nothing that a person sees."""
    if not cells or (cells[0] and cells[0].isascii() and not cells[0].isspace()):
        return not cells
    return not cleaned("".join(cells))
