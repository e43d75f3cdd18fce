"""Excel files, read back with a reader of their format."""

from __future__ import annotations

import io
import re
import tempfile
import tracemalloc
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from tests.webapp.core.spreadsheet.worksheet import Worksheet
from webapp.core.spreadsheet import workbook as module
from webapp.core.spreadsheet import write_workbook

COLUMNS = ("supplier_code", "part_number", "quantity", "sale_price")


def written(*rows: tuple[str | int | None, ...], columns: tuple[str, ...] = COLUMNS) -> Worksheet:
    file = io.BytesIO()
    write_workbook(file, "Report", columns, rows)
    return Worksheet(file)


def test_the_header_is_frozen_and_says_what_each_column_is() -> None:
    sheet = written(("TR", "1", "2", "9.99"))
    assert sheet.rows[0] == ["Supplier code", "Part number", "Quantity", "Sale price"]
    assert re.search(r'<pane ySplit="1"[^>]*state="frozen"/>', sheet.xml)
    assert sheet.xml.count("<col ") == len(COLUMNS)
    assert '<autoFilter ref="A1:D2"/>' in sheet.xml


def test_numbers_are_numbers_and_part_numbers_keep_their_zeros() -> None:
    sheet = written(("TR", "00123", "7", "1234.50"), ("TR", "1E5", 8, None))
    assert sheet.rows[1:] == [["TR", "00123", 7.0, 1234.5], ["TR", "1E5", 8.0]]
    assert sheet.formats["D2"] == "#,##0.00"
    assert sheet.formats["C2"] == "#,##0"


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|' /C calc'!A0", "-1+1", "@SUM(A1)", "{=1+1}", "https://example.com", "\t=1", "_x003D_1"],
)
def test_text_is_never_a_formula_nor_a_link_and_stays_as_it_is(text: str) -> None:
    sheet = written((text, text, text, text))
    assert sheet.rows[1] == [text] * 4
    assert "<f>" not in sheet.xml
    assert "<hyperlink" not in sheet.xml
    # An edited cell is text again.
    assert {sheet.formats[f"{letter}2"] for letter in "ABCD"} == {"@"}


@pytest.mark.parametrize("text", ["1e400", "NaN", "9" * 30, "٣", "0x1F", "1,5"])
def test_what_is_no_plain_number_is_text_in_a_column_of_numbers(text: str) -> None:
    assert written(("TR", "1", text, text)).rows[1] == ["TR", "1", text, text]


def test_characters_that_xml_cannot_hold_do_not_damage_the_file() -> None:
    assert written(("a\x01b", "<&>", " x ", "\uffff")).rows[1] == ["a\x01b", "<&>", " x ", "\uffff"]


def test_longer_text_than_a_cell_takes_is_cut() -> None:
    assert len(str(written(("x" * 40_000,)).rows[1][0])) == 32_767


def test_more_rows_than_it_may_have_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WORKBOOK_ROWS", 3)
    assert len(written(*[("TR",)] * 5).rows) == 4


def test_an_interrupted_one_leaves_no_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def rows() -> Iterator[tuple[str]]:
        yield ("TR",)
        raise OSError("storage is gone")

    with pytest.raises(OSError, match="gone"):
        write_workbook(io.BytesIO(), "Report", COLUMNS, rows())
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_a_whole_one() -> None:
    file = io.BytesIO()
    write_workbook(file, "Report", COLUMNS, [("TR", "1", "2", "3")])
    assert zipfile.ZipFile(file).testzip() is None
    assert unescape(zipfile.ZipFile(file).read("xl/workbook.xml").decode()).count("<sheet ") == 1


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    peaks = []
    for number in (2_000, 20_000):
        tracemalloc.start()
        with (tmp_path / "report.xlsx").open("wb") as file:
            rows = ((f"C{row}", f"N{row}", row, "1.50") for row in range(number))
            write_workbook(file, "Report", COLUMNS, rows)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 512 * 1024
