"""A plan of a code is what applying it changes, and leaves nothing behind (R24)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, table, text

from jobs.reports.lines import RenderedLines
from jobs.sources.lightspeed.parts import Part
from jobs.sources.source import Page, SourceError
from jobs.sync import lease, run_items
from jobs.sync.applying import planning
from jobs.sync.applying.apply import apply
from jobs.sync.applying.context import RunMappings
from jobs.sync.applying.received import ReceivedRows
from jobs.sync.run_plan import PlannedRun, open_run
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.core import clock
from webapp.extensions import db
from webapp.models import PlannedChanges, RunItem
from webapp.pulls.stored_changes import changes_of, planned_of_item
from webapp.runs import lifecycle

Contents = dict[str, list[tuple[Any, ...]]]


def contents() -> Contents:
    """All rows of all tables."""
    found = {
        name: sorted(map(tuple, db.session.execute(select(text("*")).select_from(table(name)))), key=repr)
        for name in db.metadata.tables
    }
    db.session.commit()
    return found


def rows(**quantities: int) -> ReceivedRows:
    """Rows of TR by part number."""
    changed = clock.now().isoformat()
    parts = [
        Part(supplier_code="TR", part_number=number, on_hand=quantity, retail=10.0, last_updated=changed)
        for number, quantity in quantities.items()
    ]
    received = ReceivedRows()
    received.add(Page(1, parts, (), len(parts), 1, 0.1))
    return received


@pytest.fixture
def opened(harness: SyncHarness) -> tuple[lease.Lease, PlannedRun, RunItem]:
    """A run that has begun its only code, which has three parts on the shelf."""
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["a1", "a2", "a3", "a4"]), pricing="retail")
    harness.change_settings(clear_previous=True)
    harness.sync(*[part("TR", f"a{number}", number) for number in (1, 2, 3)])
    run_lease = lease.acquire(lifecycle.record(harness.dealer, "command").run.id)
    assert run_lease
    planned = open_run(run_lease)
    with lease.transaction(run_lease):
        run_items.open_item(planned.items[0].id)
    return run_lease, planned, planned.items[0]


def test_a_plan_is_what_a_run_does_and_leaves_nothing(
    opened: tuple[lease.Lease, PlannedRun, RunItem],
) -> None:
    run_lease, (run, _), item = opened
    before = contents()
    received, rendered = rows(a1=5, a2=2, a4=1), RenderedLines(None)
    with lease.transaction(run_lease):
        plan = planning.plan(run, item, received, RunMappings(run.id))
    assert {**contents(), "runs": []} == {**before, "runs": []}
    with lease.transaction(run_lease):
        planning.keep(plan, run.dealer_id, item.code_key, run_item_id=item.id)
    counts = apply(run_lease, run, item, received, rendered, RunMappings(run.id))
    connection = db.session.connection()
    kept = [row for block in planned_of_item(connection, item.id) for row in block]
    assert plan.counts == counts
    assert kept == list(changes_of(connection, item.id))
    assert len(kept) == 3
    assert db.session.scalar(select(PlannedChanges.code_key).limit(1)) == "tr"


def test_a_code_without_evidence_has_no_plan(opened: tuple[lease.Lease, PlannedRun, RunItem]) -> None:
    run_lease, (run, _), item = opened
    before = contents()
    received = ReceivedRows()
    received.add(Page(1, [Part(supplier_code="TR", part_number="a1", on_hand=1)], (), 1, 1, 0.1))
    with lease.transaction(run_lease), pytest.raises(SourceError):
        planning.plan_on(run, item, received, RunMappings(run.id), planning.planned_stock(run.dealer_id))
    assert {**contents(), "runs": []} == {**before, "runs": []}
