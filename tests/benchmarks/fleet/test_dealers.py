from __future__ import annotations

from statistics import median

import pytest

from benchmarks.fleet.dealers import FEWEST, MEDIAN, MOST, fleet, pages
from benchmarks.service import PASSWORD
from jobs.sources.lightspeed import Credentials, LightspeedClient, RateBudget
from sandbox.samples.bulk import bulk_parts
from sandbox.simulator import SimulatedDealer, Simulator
from tests.factories import HERE, QUICK


def test_a_fleet_has_small_and_large_dealers_in_the_same_mixture_at_any_size():
    few, many = ([sum(one.codes) for one in fleet(count)] for count in (100, 2_000))
    for parts in (few, many):
        assert min(parts) >= FEWEST * 0.9
        assert max(parts) <= MOST * 1.1
        assert median(parts) == pytest.approx(MEDIAN, rel=0.05)


def test_the_zones_have_their_shares():
    hours = [one.slot / 3600 for one in fleet(1_000)]
    assert [hours.count(hour) for hour in range(6)] == [460, 300, 80, 140, 10, 10]


def test_logins_are_each_ones_own_or_shared():
    assert len({one.login for one in fleet(100)}) == 100
    assert len({one.login for one in fleet(100, "organization")}) == 3
    assert len({one.login for one in fleet(100, "all")}) == 1


@pytest.mark.parametrize("parts", [1, 499, 500, 501, 1_000])
def test_it_counts_the_requests_that_a_pull_sends(parts):
    reported = SimulatedDealer("7", "7", PASSWORD, parts=bulk_parts(parts, ["B1"]))
    with Simulator([reported]) as simulator:
        budget = RateBudget.in_process(None)
        login = Credentials("7", PASSWORD)
        service = LightspeedClient(simulator.url, login, budget, retry=QUICK, allowed_hosts=HERE)
        assert list(service.walk("7", "SupplierCode eq 'B1'").pages())
        assert len(simulator.requests) == len(pages(parts))
