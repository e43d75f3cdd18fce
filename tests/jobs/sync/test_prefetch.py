"""While a code is applied the next one's first page is under way already."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import cast

from flask import current_app

from jobs.sources.lightspeed import Page, Part
from jobs.sources.lightspeed import Pages as Walk
from jobs.sync import lease, run_plan
from jobs.sync.fetch import pull
from sandbox.simulator import Behavior, Fault
from tests.factories import QUICK, World, part
from webapp.runs import lifecycle


def asked(world: World, code: str) -> int:
    """How often the service was asked for a code."""
    return sum(f"'{code}'" in str(request) for request in list(world.simulator.requests))


def see_within(seconds: float, world: World, code: str) -> bool:
    deadline = time.monotonic() + seconds
    while not asked(world, code) and time.monotonic() < deadline:
        time.sleep(0.01)
    return asked(world, code) > 0


def shop(world: World) -> World:
    for code, maker in (("TR", "Tucker"), ("PU", "Parts"), ("HO", "Honda")):
        world.map(code, world.manufacturer(maker, numbers=[f"{code}-1"]))
    world.report(part("TR", "TR-1", 3), part("PU", "PU-1", 4), part("HO", "HO-1", 5))
    return world


def test_the_next_code_is_asked_for_before_this_one_is_done_with(world: World) -> None:
    shop(world)
    seen: list[bool] = []

    def applied() -> None:
        seen.append(see_within(20, world, ("PU", "HO", "HO")[len(seen)]))

    run = world.sync(applied=applied)
    assert (run.status, seen) == ("succeeded", [True, True, True])
    assert [asked(world, code) for code in ("TR", "PU", "HO")] == [2, 2, 2]
    assert [item.requests for item in run.items] == [2, 2, 2]
    assert world.shelf() == {("TR", "TR-1"): 3, ("PU", "PU-1"): 4, ("HO", "HO-1"): 5}


def test_what_was_asked_ahead_fails_the_code_that_it_is_about(world: World) -> None:
    shop(world)
    world.simulator.switches = Behavior(faults=[Fault("error_500", code="PU", times=None)])
    run = world.sync()
    assert [item.status for item in run.items] == ["succeeded", "failed", "succeeded"]
    assert world.shelf() == {("TR", "TR-1"): 3, ("HO", "HO-1"): 5}


class Pages:
    """A walk of one short page and the proof of its end; tells `order` when each is taken."""

    def __init__(self, order: list[str]) -> None:
        self._order = order

    def pages(self) -> Iterator[list[Page]]:
        self._order.append("page")
        yield [Page(1, [Part(part_number="TR-1", supplier_code="TR")], [], 1, 1, 0.1)]
        self._order.append("proof")
        yield [Page(2, [], [], 0, 1, 0.1)]


def test_the_next_code_is_begun_while_only_the_proof_of_this_ones_end_is_missing(world: World) -> None:
    shop(world)
    claim = lease.acquire(lifecycle.record(world.dealer, "command").run.id)
    assert claim is not None
    run = run_plan.open_run(claim)
    order: list[str] = []
    walk = cast(Walk, Pages(order))
    pull(claim, run, run.items[0], walk, lambda: None, lambda: order.append("next"), lambda _: None)
    assert order == ["page", "next", "proof"]


def test_a_code_that_is_done_is_not_begun_again_when_one_before_it_is_retried(world: World) -> None:
    shop(world)
    world.simulator.switches = Behavior(faults=[Fault("error_500", code="TR", times=QUICK.attempts)])
    current_app.config["CODE_RETRY_SECONDS"] = 0
    run = world.sync()
    assert [item.status for item in run.items] == ["succeeded"] * 3
    assert [item.tries for item in run.items] == [2, 1, 1]
    assert [asked(world, code) for code in ("TR", "PU", "HO")] == [QUICK.attempts + 2, 2, 2]
