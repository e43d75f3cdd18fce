from __future__ import annotations

import math
from dataclasses import replace

import pytest

from benchmarks.fleet.dealers import FleetDealer, fleet
from benchmarks.fleet.figures import Cost, Figures
from benchmarks.fleet.setting import Setting
from benchmarks.fleet.simulation import scheduled, simulate

FREE = Cost(0.0, 0.0, 0.0)
CPU = {"worker_cpu": FREE, "database_cpu": FREE}
FIGURES = Figures(run=1.0, code=0.5, request=0.3, fetch=0.1, store=0.2, apply=0.4, **CPU)
SETTING = Setting(workers=1, latency=0.7, slice=0.0)


def dealer(number: int, *codes: int, login: int | None = None) -> FleetDealer:
    return FleetDealer(number, 0.0, number if login is None else login, codes)


def at_once(*dealers: FleetDealer, setting: Setting = SETTING) -> dict[int, float]:
    return dict(simulate(dealers, FIGURES, setting, [0.0] * len(dealers)).done)


def test_it_stores_a_page_while_the_next_is_fetched():
    # Opening, three answers of up to 1.1 s, the proof of the end, beside which the last page is stored, then
    # the code applied.
    assert at_once(dealer(1, 1_250)) == {1: pytest.approx(1 + 1.1 + 1.1 + 1.05 + 1.0 + 0.5 + 2.5 * 0.4)}


def test_it_fetches_the_next_code_while_this_one_is_applied():
    alone, together = at_once(dealer(1, 100))[1], at_once(dealer(1, 100, 100))[1]
    fetched, stored = 1.0 + 0.1 * 0.2, 0.2 * 0.2
    assert together - alone == pytest.approx(max(fetched, 0.5 + 0.4 * 0.2) + stored)


def test_it_waits_for_storing_where_the_service_is_the_quicker():
    slow = replace(FIGURES, request=0.0, store=2.0)
    done = simulate([dealer(1, 10_250)], slow, replace(SETTING, latency=0.01), [0.0]).last
    assert done == pytest.approx(1 + 0.11 + 20.5 * 2.0 + 0.5 + 20.5 * 0.4)


def test_workers_take_the_runs_in_the_order_queued():
    some = [dealer(number, 100) for number in range(1, 5)]
    one = at_once(*some)[1]
    assert at_once(*some) == {number: pytest.approx(number * one) for number in range(1, 5)}
    assert max(at_once(*some, setting=replace(SETTING, workers=2)).values()) == pytest.approx(2 * one)


def test_a_login_lets_through_its_limit_and_no_more_however_many_share_it():
    some = [dealer(number, 100, login=7) for number in range(1, 31)]
    setting = replace(SETTING, workers=30, rate=20, window=61.0)
    done = sorted(at_once(*some, setting=setting).values())
    # Sixty requests: twenty pages; ten pages and ten proofs of an end; twenty proofs.
    assert [math.floor(seconds / 61) for seconds in done] == [1] * 10 + [2] * 20


def test_logins_do_not_wait_for_each_other():
    setting = replace(SETTING, workers=30, rate=2, window=61.0)
    assert max(at_once(*(dealer(number, 100) for number in range(1, 31)), setting=setting).values()) < 61


def test_a_long_run_gives_way_between_codes_to_runs_that_have_not_begun():
    dealers = dealer(1, 20_100, 20_100, 20_100), dealer(2, 100)
    patient, hurried = at_once(*dealers), at_once(*dealers, setting=replace(SETTING, slice=20.0))
    assert hurried[2] < patient[2] / 2
    # What it costs the long run is the short one's time, and to be opened once more.
    assert hurried[1] == pytest.approx(patient[2], rel=0.05)


def test_it_does_not_give_way_where_nobody_waits():
    assert at_once(dealer(1, 20_100, 100)) == at_once(
        dealer(1, 20_100, 100), setting=replace(SETTING, slice=1.0)
    )


def test_it_counts_from_each_dealers_own_slot():
    late = FleetDealer(1, 7_200.0, 1, (100,))
    early = replace(late, slot=0.0)
    assert simulate([late], FIGURES, SETTING).last == pytest.approx(simulate([early], FIGURES, SETTING).last)


def test_runs_are_queued_by_ticks_within_the_spread():
    queued = scheduled(fleet(1_000))
    minutes = {at / 60 for at in queued if at < 3600}
    assert minutes <= {0, 1, 2, 3, 4, 5}
    assert len(minutes) >= 5


def test_busy_is_the_share_of_the_workers_time():
    outcome = simulate([dealer(1, 100)], FIGURES, replace(SETTING, workers=4), [0.0])
    assert outcome.busy == pytest.approx(0.25)
