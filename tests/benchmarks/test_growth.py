"""Whether the cost of a part grows with their number."""

from __future__ import annotations

from benchmarks.growth import grown


def test_a_cost_that_stays_or_falls_has_not_grown() -> None:
    assert grown({10_000: 2.0, 100_000: 12.0, 1_000_000: 140.0}) == []


def test_a_cost_that_grows_from_one_size_to_the_next_is_found() -> None:
    assert grown({10_000: 1.0, 100_000: 15.0, 1_000_000: 160.0}) == [100_000]


def test_sizes_at_which_the_run_itself_costs_most_are_not_compared() -> None:
    assert grown({1_000: 0.01, 10_000: 1.0, 100_000: 10.0}) == []
