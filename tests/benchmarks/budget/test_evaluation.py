"""Evaluation of a record of requests against a rate budget."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from benchmarks.budget.evaluation import Verdict, evaluate
from sandbox.simulator import RecordedRequest


def sent(
    times: Iterable[float], cmf: str = "1", username: str = "group", status: int = 200
) -> list[RecordedRequest]:
    return [RecordedRequest(time, "GET", "/lsapi/Part", cmf, username, {}, status) for time in times]


def every(seconds: float, count: int) -> list[float]:
    return [number * seconds for number in range(count)]


def verdict_of(*requests: list[RecordedRequest]) -> Verdict:
    return evaluate(sorted((one for some in requests for one in some), key=lambda one: one.time), 200)


@pytest.mark.parametrize("begin", [0.0, 61 / 199])
def test_a_window_that_is_always_used_up_is_full(begin: float):
    """All at once in each window, and one by one."""
    at_once = [window * 61.0 + place * 0.01 for window in range(4) for place in range(199)]
    verdict = verdict_of(sent(every(begin, 4 * 199) if begin else at_once))
    assert verdict.is_kept(200, 0.97)
    assert min(verdict.minutes) > 0.97
    assert verdict.peak <= 200


def test_a_window_with_an_unused_tenth_is_not_full():
    assert not verdict_of(sent(every(61 / 180, 800))).is_kept(200, 0.97)


def test_one_request_too_many_exceeds_the_limit():
    verdict = verdict_of(sent(every(59.9 / 200, 600)))
    assert verdict.peak == 201
    assert not verdict.is_kept(200, 0.97)


def test_a_refused_request_exceeds_the_limit():
    full = every(61 / 199, 800)
    assert not verdict_of(sent(full[:-1]), sent(full[-1:], status=429)).is_kept(200, 0.97)


def test_each_login_has_a_budget_of_its_own():
    full = every(61 / 199, 800)
    verdict = verdict_of(sent(full, "1", "one"), sent(full, "2", "other"))
    assert (verdict.logins, verdict.dealers) == (2, 2)
    assert verdict.is_kept(200, 0.97)
    assert verdict.spread == []


def test_the_spread_counts_only_dealers_that_were_active_throughout():
    often, seldom = sent(every(0.5, 400), "1"), sent(every(1.0, 200), "2")
    verdict = verdict_of(often, seldom, sent([70.0], "3"))
    assert verdict.spread == [pytest.approx(0.5)] * 3
