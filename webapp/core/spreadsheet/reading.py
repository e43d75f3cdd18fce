"""CSV reader: a bad row is reported on its own and never stops the others."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import BinaryIO, NamedTuple

from webapp.core.errors import Refused
from webapp.core.spreadsheet import separators
from webapp.core.spreadsheet.lines import Lines, UnclosedQuote
from webapp.core.spreadsheet.writing import undo_defuse
from webapp.core.text_keys import cleaned

MAX_LINES_BEFORE_HEADER = 20

_NOT_TEXT = "the file isn't UTF-8 text; in your spreadsheet, save it as CSV UTF-8"


class Unreadable(Refused):
    """File that cannot be read as a whole; the message is one line for the user who uploaded it."""


class Row(NamedTuple):
    """Row with the number of its first line, and either its cells in the requested order or an error."""

    line: int
    cells: tuple[str, ...]
    reason: str = ""


class Sheet:
    """CSV file with a header, as spreadsheets save it; read in constant memory.

    Cells are separated by commas, semicolons or tabs, in UTF-8 or UTF-16. Rows without text are skipped, and
    `defuse` is undone. The header must contain all of `columns`, in any order and case, and may contain
    `optional` ones. Other columns are ignored. Raises Unreadable for an empty file, one that isn't text, and
    one without the columns.
    """

    def __init__(self, file: BinaryIO, columns: Sequence[str], optional: Sequence[str] = ()) -> None:
        self._lines = Lines(file)
        self._separator = self._detect_separator(columns)
        self._reader = csv.reader(self._lines, strict=True, delimiter=self._separator)
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

    def _detect_separator(self, columns: Sequence[str]) -> str:
        """Detect the file's separator; consumes the lines before its header."""
        line = self._lines.peek()
        for _ in range(MAX_LINES_BEFORE_HEADER):
            said = separators.declared_separator(line)
            if (not said and cleaned(line.translate(_NO_SEPARATORS))) or not self._lines.is_next_text:
                break
            next(self._lines)
            self._lines.next_record()
            if said:
                return said
            line = self._lines.peek()
        return separators.detect_separator(line, columns)

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
            # Fast path: most lines are rows of their own, and are split many at a time.
            if (text := self._lines.next_block()) is not None:
                lines = text.removesuffix("\n").split("\n")
                records = self._split(text, lines)
                first = self._lines.number
                self._lines.end_block(None if records is None else len(lines))
                if records is not None:
                    yield from self._rows(records, first, is_defused="'" in text)
                    continue
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except (csv.Error, UnclosedQuote) as error:
                yield self._broken(error)
                continue
            if not self._lines.is_text:
                yield Row(self._lines.number, (), "not UTF-8 text, or longer than any row")
            else:
                yield from self._rows([cells], self._lines.number, is_defused=True)
            self._lines.next_record()

    def _split(self, text: str, lines: list[str]) -> Iterable[list[str]] | None:
        """Return the cells of each line of a text; None if the lines aren't one record each."""
        if '"' not in text and "\r" not in text:
            return (line.split(self._separator) for line in lines)
        try:
            records = list(csv.reader(lines, strict=True, delimiter=self._separator))
        except csv.Error:
            return None
        return records if len(records) == len(lines) else None

    def _rows(self, records: Iterable[list[str]], first: int, *, is_defused: bool) -> Iterator[Row]:
        """Yield the rows of records that are one line each, except those without text."""
        pick, width = self._pick, self._width
        for line, cells in enumerate(records, first):
            if _is_empty(cells):
                continue
            if len(cells) != width:
                yield Row(line, (), f"{len(cells)} fields where the first line has {width}")
            else:
                yield Row(line, tuple(map(undo_defuse, pick(cells))) if is_defused else pick(cells))

    def _broken(self, error: Exception) -> Row:
        line = self._lines.number
        if self._lines.spans_lines:
            # Most likely an unclosed quote: the lines that it swallowed are rows of their own.
            self._lines.retry_after_first_line()
            return Row(line, (), "a quotation mark is never closed")
        self._lines.next_record()
        return Row(line, (), f"no CSV row ({error})")


_NO_SEPARATORS = str.maketrans("", "", ',;"')


def _is_empty(cells: list[str]) -> bool:
    """Return whether a row has no visible text."""
    if not any(cells):
        return True
    if cells[0] and cells[0].isascii() and not cells[0].isspace():
        return False
    return not cleaned("".join(cells))
