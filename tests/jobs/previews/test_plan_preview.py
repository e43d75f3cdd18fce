"""A preview says what a run then does, and writes nothing but its plan (R24)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.simulator import Behavior
from tests.factories import make_manufacturer
from tests.jobs.previews.previewing import contents, done, planned, preview, shelf_total
from tests.sync_harness import SyncHarness, part

TUCKER = [f"A-{number}" for number in range(1, 9)]


def two_codes(harness: SyncHarness) -> None:
    """Two codes on the same products."""
    tucker = make_manufacturer("Tucker", numbers=TUCKER)
    harness.map_code("TR", tucker, pricing="retail")
    harness.map_code("PU", tucker, pricing="current_active", lead_time_days=3)
    harness.change_settings(clear_previous=True)
    harness.sync(part("TR", "A-1", 4), part("TR", "A-2", 2), part("PU", "A-1", 1), part("PU", "A-3", 5))
    harness.set_parts(
        *(part("TR", "A-1", 9, Retail=8), part("TR", "A-4", 1), part("TR", "?", 1)),
        *(part("PU", "A-1", 2), part("PU", "A-2", 2), part("PU", "A-3", 5, lastupdatedate=None)),
    )


def moved_parts(harness: SyncHarness) -> None:
    """A part that another code begins to report."""
    tucker = make_manufacturer("Tucker", numbers=TUCKER)
    harness.map_code("TR", tucker)
    harness.map_code("PU", tucker)
    harness.change_settings(clear_previous=False)
    harness.sync(part("TR", "A-1", 3), part("PU", "A-2", 1))
    harness.set_parts(part("TR", "A-3", 1), part("PU", "A-1", 3), part("PU", "A-2", 1))


def held_clearing(harness: SyncHarness) -> None:
    """A pull that would clear most of the shelf."""
    numbers = [f"K-{number:03}" for number in range(120)]
    harness.map_code("KA", make_manufacturer("Kawasaki", numbers=numbers), pricing="retail")
    harness.change_settings(clear_previous=True)
    harness.sync(*[part("KA", number, 2) for number in numbers])
    harness.set_parts(*[part("KA", number, 3) for number in numbers[:50]])


def nothing_usable(harness: SyncHarness) -> None:
    """A code without evidence, beside one that is unchanged, and a first pull."""
    harness.simulator.switches = Behavior(filtering="ignored")
    tucker = make_manufacturer("Tucker", numbers=TUCKER)
    for code in ("TR", "PU"):
        harness.map_code(code, tucker)
    harness.sync(part("TR", "A-1", 3), part("PU", "A-2", 1))
    harness.map_code("NEW", make_manufacturer("Drag", numbers=TUCKER))
    harness.set_parts(part("TR", "A-1", 3), part("PU", "A-2", 1, lastupdatedate=None), part("NEW", "A-5", 7))


SITUATIONS = [two_codes, moved_parts, held_clearing, nothing_usable]


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.__name__)
def test_a_preview_says_what_the_run_then_does(
    harness: SyncHarness, situation: Callable[[SyncHarness], None]
) -> None:
    situation(harness)
    before = contents()
    row = preview(harness)
    assert contents() == before
    assert (row.state, row.figures and row.figures["before"]) == ("ready", shelf_total(harness))
    plan = planned(row)
    assert any(changes for _, _, changes in plan.values())
    run = harness.sync()
    assert plan == done(run)
    assert row.figures is not None
    assert row.figures["after"] == shelf_total(harness)
