from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.spreadsheet import Row, Sheet, Unreadable, lines
from webapp.core.spreadsheet.lines import MAX_LINE_BYTES, MAX_RECORD_LINES

HEADER = b"code,name\n"


def read(content: bytes) -> list[Row]:
    return list(Sheet(io.BytesIO(content), ("code", "name"), ("upc",)))


def reasons(content: bytes) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in read(content) if row.reason]


def test_cells_come_in_the_order_that_was_asked_for():
    assert read(b"Name, CODE ,extra\nPads,TR,x\n") == [Row(2, ("TR", "Pads"))]


def test_an_optional_column_is_told_apart_from_one_that_is_absent():
    assert Sheet(io.BytesIO(b"upc,code,name\n"), ("code", "name"), ("upc",)).columns == (
        "code",
        "name",
        "upc",
    )
    assert Sheet(io.BytesIO(HEADER), ("code", "name"), ("upc",)).columns == ("code", "name")


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_lines_are_numbered_as_in_an_editor(ending):
    content = b'code,name\nTR,Pads\n\nPU,\'two\nHO,"a\nb"\nHW,Last'.replace(b"\n", ending)
    rows = read(content)
    assert [(row.line, row.cells[0]) for row in rows] == [(2, "TR"), (4, "PU"), (5, "HO"), (7, "HW")]
    assert rows[2].cells[1].split() == ["a", "b"]


@pytest.mark.parametrize("header", [b"\xef\xbb\xbfcode,name\n", b'\xef\xbb\xbf"code","name"\n'])
def test_a_byte_order_mark_is_not_part_of_the_first_column(header):
    assert read(header + b"TR,Pads\n") == [Row(2, ("TR", "Pads"))]


def test_a_line_in_another_encoding_is_rejected_and_its_neighbours_are_read():
    rows = read(HEADER + b"TR,Pads\nPU,Caf\xe9\nHO,Caf\xc3\xa9\n")
    assert [row.cells for row in rows] == [("TR", "Pads"), (), ("HO", "Café")]
    assert rows[1].line == 3
    assert "UTF-8" in rows[1].reason


def test_rows_of_another_width_are_rejected():
    assert reasons(HEADER + b"TR\nPU,a\nHO,a,b\n") == [
        (2, "1 fields where the first line has 2"),
        (4, "3 fields where the first line has 2"),
    ]


def test_a_quote_that_is_never_closed_costs_one_row():
    content = HEADER + b'TR,"never\n' + b"".join(b"C%d,Name\n" % number for number in range(200))
    rows = read(content)
    assert [row.line for row in rows if row.reason] == [2]
    assert [row.cells for row in rows[1:]] == [(f"C{number}", "Name") for number in range(200)]


def test_a_quote_left_open_at_the_end_costs_one_row():
    rows = read(HEADER + b'TR,Pads\nPU,"never\nHO,Pads\n')
    assert [(row.line, row.cells) for row in rows] == [(2, ("TR", "Pads")), (3, ()), (4, ("HO", "Pads"))]


def test_a_quote_in_the_wrong_place_costs_one_row():
    rows = read(HEADER + b'TR,"a"b\nPU,Pads\n')
    assert [(row.line, bool(row.reason)) for row in rows] == [(2, True), (3, False)]


def test_each_of_many_open_quotes_costs_one_row():
    content = HEADER + (b'TR,"never\n' + b"PU,Pads\n" * MAX_RECORD_LINES) * 3
    rows = read(content)
    assert sum(bool(row.reason) for row in rows) == 3
    assert len(rows) == 3 * (MAX_RECORD_LINES + 1)


def test_a_line_longer_than_any_row_is_rejected_without_its_neighbours():
    rows = read(HEADER + b"TR," + b"x" * (2 * MAX_LINE_BYTES) + b"\nPU,Pads\n")
    assert [(row.line, row.cells) for row in rows] == [(2, ()), (3, ("PU", "Pads"))]


def test_a_field_beyond_the_limit_of_the_csv_module_is_rejected_alone():
    rows = read(HEADER + b"TR," + b"x" * 200_000 + b"\nPU,Pads\n")
    assert [(row.line, row.cells) for row in rows] == [(2, ()), (3, ("PU", "Pads"))]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\n", "the file is empty"),
        (b"name,price\nPads,5\n", "no column code"),
        (b"code|name\nTR|Pads\n", "no column code, name"),
        (b"code,name,code\n", "two columns named code"),
        ("code,name\nTR,Pads\n".encode("utf-32"), "t UTF-8 text"),
        ("code,name\nTR,Pads\n".encode("utf-16-le"), "t UTF-8 text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "t UTF-8 text"),
        (b"\x1f\x8b\x08\0\0\0\0\0\0\3", "t UTF-8 text"),
        (b"code,name\rTR,Pads\r", "t UTF-8 text"),
        (b'"code,name\n' + b"x,y\n" * 500, "t UTF-8 text"),
    ],
)
def test_an_invalid_file_is_refused_in_one_line(content, message):
    with pytest.raises(Unreadable, match=message) as refused:
        read(content)
    assert "\n" not in str(refused.value)


PIECES = st.sampled_from(
    ["TR", "Pads", ",", "\n", "\r\n", "\r", '"', '""', "'=", "é", "\xff", " ", "\t", ";"]
)


@given(st.lists(PIECES).map("".join), st.sampled_from([1, 7, 30, 64 * 1024]))
def test_lines_read_many_at_a_time_are_the_rows_of_lines_read_one_by_one(body, block_bytes):
    content = HEADER + body.replace("\xff", "?").encode().replace(b"?", b"\xff")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "MAX_BLOCK_BYTES", 0)
        one_by_one = read(content)
        patch.undo()
        patch.setattr(lines, "BLOCK_BYTES", block_bytes)
        assert read(content) == one_by_one
