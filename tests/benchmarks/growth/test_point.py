from __future__ import annotations

from benchmarks.growth.point import Curve, Point


def curve(*figures: float, counts_from: int = 1) -> Curve:
    points = [Point(10**power, figure) for power, figure in enumerate(figures, start=3)]
    return Curve("a part", "µs", points, counts_from)


def test_a_figure_that_stays_or_falls_has_not_grown():
    assert curve(100, 60, 55, 65).grown() == []


def test_a_figure_that_grows_from_one_size_to_the_next_is_told():
    assert [point.size for point in curve(100, 60, 90, 95).grown()] == [100_000]


def test_sizes_that_do_not_count_are_shown_but_not_held_against_others():
    assert curve(10, 60, 60, counts_from=10_000).grown() == []
    assert [row[1] for row in curve(10, 60, 60, counts_from=10_000).rows()] == ["1,000", "10,000", "100,000"]


def test_ratios_are_to_the_smallest_size():
    assert curve(100, 50, 150).ratios() == [1.0, 0.5, 1.5]
