"""Excel files: one worksheet with column widths, number formats and a frozen header, in constant memory."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import IO, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from webapp.core.limits import MAX_WORKBOOK_ROWS
from webapp.core.spreadsheet.columns import Column, Kind, column

MAX_CELL_LENGTH: Final = 32_767

# Excel keeps 15 digits of a number.
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,2})?")
_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}

Cell = str | int | datetime | None


def write_workbook(file: IO[bytes], title: str, names: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write an Excel file of the first MAX_WORKBOOK_ROWS rows; `names` are the columns' names in CSV files.

    Text is written as text, whatever it begins with, so `defuse` must have been undone. A value that is no
    number is text in a column of numbers, too. A time is written without its time zone, which Excel
    lacks. Raises OSError without room for temporary files.
    """
    columns = [column(name) for name in names]
    # The library leaves its temporary files behind when it is interrupted.
    with tempfile.TemporaryDirectory(prefix="workbook-") as folder:
        book = Workbook(file, {**_OPTIONS, "tmpdir": folder})
        sheet = book.add_worksheet(title)
        _lay_out(book, sheet, columns)
        last = _write_rows(sheet, columns, _formats(book), islice(rows, MAX_WORKBOOK_ROWS))
        sheet.autofilter(0, 0, last, len(columns) - 1)
        # Otherwise Excel marks each part number with a warning.
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        book.close()


def _lay_out(book: Workbook, sheet: Worksheet, columns: list[Column]) -> None:
    bold = book.add_format({"bold": True, "bottom": 1})
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for place, each in enumerate(columns):
        sheet.set_column(place, place, each.width)
        sheet.write_string(0, place, each.heading, bold)


def _formats(book: Workbook) -> dict[Kind, Format]:
    return {kind: book.add_format({"num_format": kind.value}) for kind in Kind}


def _write_rows(
    sheet: Worksheet, columns: list[Column], formats: dict[Kind, Format], rows: Iterable[Sequence[Cell]]
) -> int:
    """Write the rows below the header; returns the index of the last one."""
    laid_out = [(place, each.kind, formats[each.kind]) for place, each in enumerate(columns)]
    text_format, number = formats[Kind.TEXT], 0
    for number, cells in enumerate(rows, 1):
        for (place, kind, form), cell in zip(laid_out, cells, strict=False):
            if cell is None or cell == "":
                continue
            if isinstance(cell, datetime):
                sheet.write_datetime(number, place, cell.replace(tzinfo=None), form)
            elif kind is not Kind.TEXT and (isinstance(cell, int) or _NUMBER.fullmatch(cell)):
                sheet.write_number(number, place, float(cell), form)
            else:
                sheet.write_string(number, place, str(cell)[:MAX_CELL_LENGTH], text_format)
    return number
