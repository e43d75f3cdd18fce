from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.spreadsheet import defuse, undo_defuse, write_header, writer


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+A1",
        "-A1",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "-5-",
        "=",
        "+1,5",
        "--5",
        "\nx",
        " =1",
        "\u200b=1",
        "\u00a0\u00ad@x",
        "\ufeff+A1",
        "\u3000＝1",
        "＝1",
        "＋1",
        "－1x",
        "＠x",
    ],
)
def test_a_cell_that_would_run_as_a_formula_gets_an_apostrophe(cell):
    assert defuse(cell) == "'" + cell


@pytest.mark.parametrize(
    "cell",
    ["", "Brake pad", "-5", "+1.50", "19.99", "06455-MGE-006", "a=b", " -5", "Bolt; M8", "a;-5", "a\tb"],
)
def test_text_and_numbers_are_left_alone(cell):
    assert defuse(cell) == cell


def test_rows_end_with_a_line_feed_and_quotes_come_back_as_they_were():
    file = io.StringIO(newline="")
    rows = writer(file)
    rows.writerow(["a", 'said "b"', "c,d", "e\nf", None, 5])
    assert file.getvalue().endswith("5\n")
    assert list(csv.reader(io.StringIO(file.getvalue(), newline=""))) == [
        ["a", 'said "b"', "c,d", "e\nf", "", "5"]
    ]


@pytest.mark.parametrize(
    "cell",
    [
        *("a;=1", "a;'=1", "a;''=1;-5;@x", ";=1", "\t=1", "\r=1", "\n=1", "a\n=1", "a;\u200b=1", "\u200b'=1"),
        *("'\t=1", "'\n'", " \t=1", " =1", "' =1", "\u2060=1", '"=1', 'a;"=1+1"', "'\u200b-5", "a;'-5"),
        *(
            "=1",
            "'=1",
            "''=1",
            "+A1",
            "-5-",
            "-5",
            "'-5",
            "@x",
            "\tx",
            "\nx",
            "＝1",
            "'",
            "'quoted'",
            "",
            "TR",
        ),
    ],
)
def test_what_is_read_back_is_what_was_written(cell):
    assert undo_defuse(defuse(cell)) == cell
    assert defuse(cell)[:1] not in ("=", "@", "\t", "\r", "\n", "＝")


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("Bolt;=1+1", "Bolt;'=1+1"),
        ("Bolt; =1+1;@x;-5", "Bolt;' =1+1;'@x;-5"),
        ("Bolt\t=1", "Bolt\t'=1"),
        ("Bolt\n＝1", "Bolt\n'＝1"),
        ("\t=1", "'\t'=1"),
        ('Bolt;"=1+1"', 'Bolt;\'"=1+1"'),
        ("Bolt;\u200b\u00ad=1", "Bolt;'\u200b\u00ad=1"),
    ],
)
def test_a_formula_behind_what_separates_cells_elsewhere_gets_an_apostrophe(cell: str, written: str) -> None:
    assert defuse(cell) == written


@given(st.text(alphabet=list("=+-@\t\r\n; '\"a5.\u200b\u00a0＝"), max_size=12))
def test_whatever_is_written_is_read_back(cell: str) -> None:
    assert undo_defuse(defuse(cell)) == cell


def test_a_file_begins_with_a_byte_order_mark() -> None:
    file = io.StringIO(newline="")
    write_header(file, ("code", "name")).writerow(("TR", "Öhlins"))
    assert file.getvalue().encode() == b"\xef\xbb\xbfcode,name\nTR,\xc3\x96hlins\n"
