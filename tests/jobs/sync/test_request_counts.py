"""What a run asked of the service is kept with its items, for the metrics."""

from __future__ import annotations

import pytest

from jobs.sources.lightspeed import Credentials, LightspeedClient, RateBudget
from jobs.sync import lease, run_sync
from sandbox.simulator import Behavior, Fault
from tests.factories import HERE, QUICK, World, part
from webapp.runs import lifecycle


def test_each_item_counts_the_requests_that_its_pages_took(world: World) -> None:
    numbers = [f"A-{number:03}" for number in range(600)]
    world.map("TR", world.manufacturer("Tucker", numbers=numbers))
    run = world.sync(*(part("TR", number) for number in numbers))
    assert [(item.pages, item.requests) for item in run.items] == [(2, 3)]


def test_the_requests_of_a_page_that_failed_are_counted_too(world: World) -> None:
    world.map("TR", world.manufacturer("Tucker", numbers=["A-1"]))
    world.simulator.switches = Behavior(faults=[Fault("error_500", code="TR", page=1, times=None)])
    run = world.sync(part("TR", "A-1"))
    assert run.status == "failed"
    # However often a code is tried again.
    assert run.items[0].requests == len(world.simulator.requests) >= QUICK.attempts


def test_how_long_they_waited_for_the_rate_budget_is_kept(world: World) -> None:
    world.map("TR", world.manufacturer("Tucker", numbers=["A-1"]))
    world.map("PU", world.manufacturer("Parts", numbers=["P-1"]))

    def connect(credentials: Credentials) -> LightspeedClient:
        budget = RateBudget.in_process(2, seconds=1)
        return LightspeedClient(world.simulator.url, credentials, budget, retry=QUICK, allowed_hosts=HERE)

    run = world.sync(part("TR", "A-1"), part("PU", "P-1"), connect=connect)
    first, second = run.items
    assert first.rate_waited_ms == 0
    assert second.rate_waited_ms > 0


def test_an_attempt_that_is_begun_anew_keeps_what_was_sent_before(world: World) -> None:
    world.map("TR", world.manufacturer("Tucker", numbers=["A-1"]))
    world.report(part("TR", "A-1"))
    run_id = lifecycle.record(world.dealer, "command").run.id
    told: list[str] = []
    with pytest.raises(lease.Stopped):
        run_sync.execute(run_id, world.surroundings(should_stop=lambda: bool(told), tell=told.append))
    assert world.run(run_id).items[0].requests == 1  # the proof of the end was abandoned
    assert run_sync.execute(run_id, world.surroundings())
    assert world.run(run_id).items[0].requests == 3
