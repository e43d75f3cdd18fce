"""While a code is applied the next one's first page is under way already."""

from __future__ import annotations

import time

from sandbox.simulator import Fault, Switches
from tests.world import World, part


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
    world.simulator.switches = Switches(faults=[Fault("error_500", code="PU", times=None)])
    run = world.sync()
    assert [item.status for item in run.items] == ["succeeded", "failed", "succeeded"]
    assert world.shelf() == {("TR", "TR-1"): 3, ("HO", "HO-1"): 5}
