"""What a run asked of the service is kept with its items, for the metrics."""

from __future__ import annotations

import pytest

from jobs.sources.lightspeed import LightspeedClient, RateBudget
from jobs.sources.source import Credentials
from jobs.sync import run_sync
from jobs.sync.interruption import Interruption, RunInterrupted
from sandbox.simulator import Behavior, Fault
from tests.factories import make_manufacturer
from tests.sync_harness import HERE, QUICK, SyncHarness, part
from webapp.runs import lifecycle


def test_each_item_counts_the_requests_that_its_pages_took(harness: SyncHarness) -> None:
    numbers = [f"A-{number:03}" for number in range(600)]
    harness.map_code("TR", make_manufacturer("Tucker", numbers=numbers))
    run = harness.sync(*(part("TR", number) for number in numbers))
    assert [(item.pages, item.requests) for item in run.items] == [(2, 3)]


def test_the_requests_of_a_page_that_failed_are_counted_too(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.simulator.switches = Behavior(faults=[Fault("error_500", code="TR", page=1, times=None)])
    run = harness.sync(part("TR", "A-1"))
    assert run.status == "failed"
    # However often a code is tried again.
    assert run.items[0].requests == len(harness.simulator.requests) >= QUICK.attempts


def test_how_long_they_waited_for_the_rate_budget_is_kept(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))

    def connect(credentials: Credentials) -> LightspeedClient:
        budget = RateBudget.in_process(2, seconds=1)
        return LightspeedClient(harness.simulator.url, credentials, budget, retry=QUICK, allowed_hosts=HERE)

    alone = harness.sync(part("TR", "A-1"), connect=connect)
    assert [item.rate_waited_ms for item in alone.items] == [0]
    # Four requests, of which the budget allows two at once. Which code's come first is not certain.
    harness.map_code("PU", make_manufacturer("Parts", numbers=["P-1"]))
    both = harness.sync(part("TR", "A-1"), part("PU", "P-1"), connect=connect)
    assert sum(item.rate_waited_ms for item in both.items) > 0


def test_a_restarted_attempt_keeps_the_count_of_sent_requests(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.set_parts(part("TR", "A-1"))
    run_id = lifecycle.record(harness.dealer, "command").run.id
    told: list[str] = []
    with pytest.raises(RunInterrupted) as interrupted:
        run_sync.execute(run_id, harness.run_context(should_stop=lambda: bool(told), tell=told.append))
    assert interrupted.value.reason is Interruption.SHUTDOWN
    # The proof of the end was abandoned, before it was sent or after.
    sent = harness.load_run(run_id).items[0].requests
    assert sent in (1, 2)
    assert run_sync.execute(run_id, harness.run_context())
    assert harness.load_run(run_id).items[0].requests == sent + 2
