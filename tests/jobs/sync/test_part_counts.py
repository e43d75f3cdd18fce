"""The parts that a run received are synced, skipped, merged or kept, and the counts add up (R10)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from sandbox.simulator import Behavior
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.extensions import db
from webapp.models import Manufacturer, Run
from webapp.runs.part_counts import PartCounts
from webapp.runs.run_progress import progress_of

NUMBERS = tuple(f"P{number:04}" for number in range(1, 9))
UNDATED = {"lastupdatedate": None}


@pytest.fixture
def stocked(harness: SyncHarness) -> SyncHarness:
    """A dealer with eight parts in stock under TR, and a service that filters nothing from now on."""
    harness.map_code("TR", make_manufacturer("Tucker", numbers=NUMBERS), pricing="retail")
    harness.sync(*rows(NUMBERS))
    harness.simulator.switches = Behavior(filtering="ignored")
    return harness


def rows(numbers: tuple[str, ...], **fields: Any) -> list[dict[str, Any]]:
    return [part("TR", number, 3, **fields) for number in numbers]


def counts_of(harness: SyncHarness, run: Run, code: str = "TR") -> PartCounts:
    """The counts of a code, after checking that they add up, as do those of its run."""
    counts = PartCounts.of_item(harness.load_item(run, code))
    total = PartCounts.of_run(progress_of([run.id])[run.id])
    for received, *others in (counts, total):
        assert received == sum(others), (counts, total)
    return counts


def test_every_row_received_is_synced_skipped_merged_or_kept(stocked: SyncHarness) -> None:
    answer = [
        *rows(NUMBERS[:5]),
        # The same part in other letters and with spaces, twice: the last row counts.
        *rows((" p0001", "P0001 ")),
        *rows(("P0006",), **UNDATED),
        *rows(("X-1", "X-2")),
        part("TR", "P0007", 0),
        part("OTHER", "P0008", 3),
    ]
    run = stocked.sync(*answer)
    assert counts_of(stocked, run) == PartCounts(12, 5, 4, 2, 1, 0)
    assert len(stocked.report_rows(run, "skipped")) == 5


def test_the_counts_of_an_unchanged_pull_are_those_of_the_stored_one(stocked: SyncHarness) -> None:
    # P0008 is gone, though the row without a part number may be it: it is kept, and was not received.
    answer = [*rows(NUMBERS[:6]), *rows(("P0001",)), *rows(("P0007",), **UNDATED), part("TR", None, 1)]
    first = counts_of(stocked, stocked.sync(*answer))
    again = stocked.sync()
    assert first == counts_of(stocked, again) == PartCounts(9, 6, 1, 1, 1, 0)
    assert (stocked.load_item(again, "TR").kept, stocked.load_item(again, "TR").changed) == (2, 0)


def test_a_row_without_a_part_number_is_skipped_also_where_several_parts_are_kept_for_it(
    stocked: SyncHarness,
) -> None:
    run = stocked.sync(*rows(NUMBERS[:4]), part("TR", None, 1))
    assert counts_of(stocked, run) == PartCounts(5, 4, 1, 0, 0, 0)
    assert stocked.load_item(run, "TR").kept == 4


def test_parts_that_moved_to_another_code_are_received_once(stocked: SyncHarness) -> None:
    tucker = db.session.scalars(select(Manufacturer)).one()
    stocked.map_code("T2", tucker)
    stocked.change_settings(clear_previous=False)
    stocked.sync()
    moved = [part("T2", number, 3) for number in NUMBERS[:3]]
    run = stocked.sync(*rows(NUMBERS[3:]), *moved, part("T2", NUMBERS[0], 4))
    # The service filters nothing: each code receives the rows of the other one too, and skips them.
    assert counts_of(stocked, run) == PartCounts(9, 5, 4, 0, 0, 0)
    assert counts_of(stocked, run, "T2") == PartCounts(9, 3, 5, 1, 0, 0)


def test_rows_of_a_failed_code_are_counted_apart(stocked: SyncHarness) -> None:
    run = stocked.sync(*rows(NUMBERS[:3], **UNDATED))
    assert counts_of(stocked, run) == PartCounts(3, 0, 0, 0, 0, 3)


def test_a_pull_of_several_pages_adds_up(stocked: SyncHarness) -> None:
    many = [part("TR", f"X-{number}", 1) for number in range(1_200)]
    run = stocked.sync(*rows(NUMBERS), *many, *many[:30])
    assert counts_of(stocked, run) == PartCounts(1_238, 8, 1_200, 30, 0, 0)
