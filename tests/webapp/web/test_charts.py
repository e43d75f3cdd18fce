"""Charts are drawn with round ticks, and a single bar takes one slot of many."""

from __future__ import annotations

from itertools import pairwise

import pytest

from webapp.web.charts import LEAST_SLOTS, TOP, ZERO, Bar, Chart


def chart(*counts: tuple[int, int]) -> Chart:
    bars = [Bar(f"Run {n}", f"Nov {n}, 7:00 AM", f"Nov {n}", "#", *both) for n, both in enumerate(counts, 1)]
    return Chart(bars, ("Synced", "Skipped"))


@pytest.mark.parametrize(
    ("most", "ticks"),
    [
        (0, [3, 2, 1, 0]),
        (5, [6, 4, 2, 0]),
        (5664, [6000, 4000, 2000, 0]),
        (7000, [7500, 5000, 2500, 0]),
        (100_000, [150_000, 100_000, 50_000, 0]),
    ],
)
def test_ticks_are_round_and_not_below_the_largest_bar(most: int, ticks: list[int]) -> None:
    assert chart((most, 0)).ticks == ticks


def test_one_run_is_a_bar_and_not_a_wall() -> None:
    assert chart((1, 0)).slot == pytest.approx(100 / LEAST_SLOTS, abs=0.01)
    assert chart(*[(1, 0)] * 30).slot == pytest.approx(100 / 30, abs=0.01)


def test_the_last_bar_is_at_the_right_below_its_values() -> None:
    for bars in (1, 5, LEAST_SLOTS, 30):
        drawn = chart(*[(1, 0)] * bars)
        assert drawn.left(bars - 1) + drawn.slot == pytest.approx(100, abs=0.1)


def test_bars_stand_on_zero_one_above_the_other() -> None:
    drawn = chart((4000, 2000))
    assert drawn.top_of(0) == ZERO
    assert drawn.top_of(drawn.top) == TOP
    assert drawn.top_of(4000) + drawn.height(4000) == ZERO
    assert drawn.top_of(6000) + drawn.height(2000) == pytest.approx(drawn.top_of(4000), abs=0.2)
    assert drawn.values(drawn.bars[0]) == "4,000 synced, 2,000 skipped"


def test_days_stand_below_bars_and_within_the_drawing() -> None:
    assert [(day, anchor) for _, day, anchor in chart((1, 0)).days] == [("Nov 1", "end")]
    many = chart(*[(1, 0)] * 30).days
    assert len(many) == 4
    assert all(right - left >= 20 for (left, *_), (right, *_) in pairwise(many))
    assert many[-1][0] < 90
    assert chart().days == []
