"""While a code is applied the next one's first page is under way already."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from typing import cast

from flask import current_app

from jobs.sources.lightspeed.parts import Part
from jobs.sources.source import Page, PartPages
from jobs.sync import lease, run_plan
from jobs.sync.fetch import Progress, count_pages, pull
from sandbox.simulator import Behavior, Fault
from tests.factories import make_manufacturer
from tests.sync_harness import QUICK, SyncHarness, part
from webapp.runs import lifecycle


def asked(harness: SyncHarness, code: str) -> int:
    """How often the service was asked for a code."""
    return sum(f"'{code}'" in str(request) for request in list(harness.simulator.requests))


def see_within(seconds: float, harness: SyncHarness, code: str) -> bool:
    deadline = time.monotonic() + seconds
    while not asked(harness, code) and time.monotonic() < deadline:
        time.sleep(0.01)
    return asked(harness, code) > 0


def map_three_codes(harness: SyncHarness) -> SyncHarness:
    for code, maker in (("TR", "Tucker"), ("PU", "Parts"), ("HO", "Honda")):
        harness.map_code(code, make_manufacturer(maker, numbers=[f"{code}-1"]))
    harness.set_parts(part("TR", "TR-1", 3), part("PU", "PU-1", 4), part("HO", "HO-1", 5))
    return harness


def test_the_next_code_is_prefetched_before_this_one_ends(harness: SyncHarness) -> None:
    map_three_codes(harness)
    seen: list[bool] = []

    def applied() -> None:
        seen.append(see_within(20, harness, ("PU", "HO", "HO")[len(seen)]))

    run = harness.sync(applied=applied)
    assert (run.status, seen) == ("succeeded", [True, True, True])
    assert [asked(harness, code) for code in ("TR", "PU", "HO")] == [2, 2, 2]
    assert [item.requests for item in run.items] == [2, 2, 2]
    assert harness.shelf_quantities() == {("TR", "TR-1"): 3, ("PU", "PU-1"): 4, ("HO", "HO-1"): 5}


def test_a_failed_prefetch_fails_the_code_that_it_belongs_to(harness: SyncHarness) -> None:
    map_three_codes(harness)
    harness.simulator.switches = Behavior(faults=[Fault("error_500", code="PU", times=None)])
    run = harness.sync()
    assert [item.status for item in run.items] == ["succeeded", "failed", "succeeded"]
    assert harness.shelf_quantities() == {("TR", "TR-1"): 3, ("HO", "HO-1"): 5}


class Pages:
    """Pages: one short page and the proof of its end; tells `order` when each is taken."""

    are_known = False
    trace = None

    def __init__(self, order: list[str]) -> None:
        self._order = order

    def pages(self) -> Iterator[list[Page]]:
        self._order.append("page")
        yield [Page(1, [Part(part_number="TR-1", supplier_code="TR")], [], 1, 1, 0.1, is_short=True)]
        self._order.append("proof")
        yield [Page(2, [], [], 0, 1, 0.1)]


def test_the_next_code_starts_while_only_the_proof_of_the_end_is_missing(
    harness: SyncHarness,
) -> None:
    map_three_codes(harness)
    run_lease = lease.acquire(lifecycle.record(harness.dealer, "command").run.id)
    assert run_lease is not None
    item = run_plan.open_run(run_lease).items[0]
    order: list[str] = []
    pages = cast(PartPages, Pages(order))
    begin_next = lambda: order.append("next")  # noqa: E731
    pull(item, pages, lambda: None, begin_next, print, Progress(partial(count_pages, run_lease)))
    assert order == ["page", "next", "proof"]


def test_a_finished_code_is_not_repeated_when_an_earlier_one_is_retried(harness: SyncHarness) -> None:
    map_three_codes(harness)
    harness.simulator.switches = Behavior(faults=[Fault("error_500", code="TR", times=QUICK.attempts)])
    current_app.config["CODE_RETRY_SECONDS"] = 0
    run = harness.sync()
    assert [item.status for item in run.items] == ["succeeded"] * 3
    assert [item.tries for item in run.items] == [2, 1, 1]
    assert [asked(harness, code) for code in ("TR", "PU", "HO")] == [QUICK.attempts + 2, 2, 2]
