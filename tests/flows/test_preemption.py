"""A long run on the only worker yields to a short one, and has the same result."""

from __future__ import annotations

from sandbox.simulator import Behavior, Simulator
from tests.factories import make_manufacturer
from tests.flows.conftest import Program, has_ended, wait_until
from tests.sync_harness import CMF, SyncHarness, part
from webapp.runs import lifecycle

CODES = ("TR", "PU", "KA", "HO")


def test_a_short_run_does_not_wait_for_the_end_of_a_long_one(
    harness: SyncHarness, program: Program, simulator: Simulator
) -> None:
    makers = [make_manufacturer(code, numbers=[f"{code}-1"]) for code in CODES]
    for code, maker in zip(CODES, makers, strict=True):
        harness.map_code(code, maker)
    harness.set_parts(*(part(code, f"{code}-1", 3) for code in CODES))
    # One code takes longer than a slice.
    simulator.switches = Behavior(slow_dealers=[CMF], slow_seconds=1.2)
    long = lifecycle.start(harness.dealer, "manual").run.id
    harness.dealer = harness.add_dealer("Short", "4711")
    harness.map_code("TR", makers[0])
    harness.set_parts(part("TR", "TR-1", 5))
    short = lifecycle.start(harness.dealer, "manual").run.id
    program.fork("jobs.worker", "sync", RUN_SLICE_SECONDS="1")
    wait_until(lambda: has_ended(short) and has_ended(long), "the end of both", program)

    first, second = harness.load_run(short), harness.load_run(long)
    assert (first.status, first.yielded) == ("succeeded", 0)
    assert (second.status, second.attempt, second.yielded) == ("succeeded", 2, 1)
    assert first.finished_at < second.finished_at
    asked = [request.options["$filter"][17:19] for request in simulator.requests if request.cmf == CMF]
    # Each code's page, and the proof of its end (R11), which may come after the first page of the next code.
    assert sorted(asked) == sorted([*CODES, *CODES])
    assert list(dict.fromkeys(asked)) == list(CODES)
    assert [item.status for item in second.items] == ["succeeded"] * 4
    assert [row["change"] for row in harness.report_rows(second, "inventory")] == ["new"] * 4
