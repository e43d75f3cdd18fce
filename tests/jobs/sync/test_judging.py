"""What is done for many parts at once has the results of what is done for each."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.reports import lines
from jobs.sync import rules
from jobs.sync.applying import judging, received
from webapp.core import spreadsheet
from webapp.pulls.entries import RawPart

DAY = date(2026, 3, 1)
SINCE = rules.since(DAY).isoformat()
EARLIER = "2024-01-01T00:00:00"
NUMBERS = ("A-1", " a 1 ", "", None, "é-1", "A\t1", "İ", "a\u200b", "x" * 201, "=1", 'A"1', "A;1", "A,1")
CODES = ("T1", " t1 ", "T2", "", None)
QUANTITIES = (1, 0, -1, 2.5, "3", None, True, 1 << 31, (1 << 31) - 1)
DATES = (
    *("2026-02-01T08:00:00", f"{SINCE}T00:00:00", EARLIER, "2026-02-01", "2026-02-01 08:00:00"),
    *("2026-02-30T08:00:00", "2026-02-01T08:00+01", "2026-02-01T24:00:00", "2026-02-01T08:00:00.5"),
    *("20260201T08:00:0000", "9999-12-31T08:00:00", "", None, " 2026-02-01T08:00:00", "٢٠٢٦-02-01T08:00:00"),
)
PRICES = (1.005, 1.0, 1, "1.25", None, 0.0, -1.0)


def raw_of(
    number: object, code: object, quantity: object, day: object, retail: object, now: object
) -> RawPart:
    return (number, code, "", quantity, 7, retail, now, None, None, day, None)


@pytest.mark.parametrize("column", ["on_hand", "available"])
def test_a_part_is_judged_as_by_the_rules(column: str) -> None:
    expected = rules.Expectation.of("t1", column, DAY)
    for number, code, quantity, day in product(NUMBERS, CODES, QUANTITIES, DATES):
        raw = raw_of(number, code, quantity, day, 1.005, 1.005)
        rows = [(received.row_key(raw), raw)]
        (entry,) = judging.judge_rows(expected, rows, {}, reuse=False).entries
        reason, judged, changed = rules.judge(raw, expected)
        assert (entry.reason, entry.quantity) == (reason, judged), raw
        assert entry.changed == (changed.isoformat() if changed else None), raw


def test_both_prices_are_read_as_each_alone() -> None:
    expected = rules.Expectation.of("t1", "on_hand", DAY)
    for retail, now in product(PRICES, PRICES):
        raw = raw_of("A", "T1", 1, DATES[0], retail, now)
        (entry,) = judging.judge_rows(expected, [("a", raw)], {}, reuse=False).entries
        assert (entry.retail_cents, entry.current_active_cents) == tuple(map(judging.cents_of, (retail, now)))


@given(st.lists(st.one_of(st.sampled_from(NUMBERS), st.text()), min_size=1))
def test_keys_of_many_rows_are_those_of_each(numbers: list[str | None]) -> None:
    rows = [(number,) for number in numbers]
    assert received.row_keys(rows) == [received.row_key(row) for row in rows]


@given(st.lists(st.one_of(st.sampled_from([number or "" for number in NUMBERS]), st.text()), min_size=1))
def test_a_line_begins_as_the_csv_writer_writes_it(cells: list[str]) -> None:
    assert lines.prefix(cells) == lines._csv([*map(spreadsheet.defuse, cells), ""])
