from __future__ import annotations

import csv
import io

import pytest

from webapp.spreadsheet import armed, defuse, writer


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+A1",
        "-A1",
        "@SUM(A1)",
        "\tx",
        "\r=1",
        "-5-",
        "=",
        "+1,5",
        "--5",
        "\n=1",
        "＝1",
        "＋1",
        "－1x",
        "＠x",
    ],
)
def test_a_cell_that_would_run_as_a_formula_gets_an_apostrophe(cell):
    assert defuse(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["", "Brake pad", "-5", "+1.50", "19.99", "06455-MGE-006", "a=b", " =1"])
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
    ["=1", "'=1", "''=1", "+A1", "-5-", "-5", "'-5", "@x", "\tx", "\nx", "＝1", "'", "'quoted'", "", "TR"],
)
def test_what_is_read_back_is_what_was_written(cell):
    assert armed(defuse(cell)) == cell
    assert defuse(cell)[:1] not in ("=", "@", "\t", "\r", "\n", "＝")
