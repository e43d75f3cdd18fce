"""A preview is applied as it was planned, without a request, or it is planned again (R24)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from jobs.sync import run_sync
from tests.factories import make_manufacturer, raise_catalog_version
from tests.jobs.previews.previewing import done, plan, planned, preview, shelf_total
from tests.jobs.previews.test_plan_preview import SITUATIONS, TUCKER
from tests.sync_harness import SyncHarness, part
from webapp.core import clock
from webapp.core.errors import Refused
from webapp.extensions import db
from webapp.models import Preview, Run
from webapp.previews import requests
from webapp.previews.run_now import run_now
from webapp.runs import lifecycle
from webapp.search import figures


def apply(harness: SyncHarness, row: Preview) -> Run:
    """Apply a preview, and let its run end."""
    run = run_now(row, None)
    assert run is not None
    number = run.id
    assert run_sync.execute(number, harness.run_context())
    return harness.load_run(number)


@pytest.fixture
def ready(harness: SyncHarness) -> SyncHarness:
    """A part on the shelf, of which Lightspeed has more now."""
    harness.map_code("TR", make_manufacturer("Tucker", numbers=TUCKER), pricing="retail")
    harness.sync(part("TR", "A-1", 3))
    harness.set_parts(part("TR", "A-1", 5), part("TR", "A-2", 1))
    return harness


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.__name__)
def test_it_is_applied_as_planned_without_a_request(
    harness: SyncHarness, situation: Callable[[SyncHarness], None]
) -> None:
    situation(harness)
    row = preview(harness)
    figures, plans = row.figures or {}, planned(row)
    before = len(harness.simulator.requests)
    run = apply(harness, row)
    assert len(harness.simulator.requests) == before
    results = done(run)
    succeeded = {key: result for key, result in plans.items() if result[0] == "succeeded"}
    assert {key: results[key] for key in succeeded} == succeeded
    assert all(results[key][0] == "not_tried" for key in plans.keys() - succeeded.keys())
    assert figures["after"] == shelf_total(harness)


def change_stock(harness: SyncHarness) -> None:
    figures.raise_stock_version(db.session(), harness.dealer.id)
    db.session.commit()


def change_mapping(harness: SyncHarness) -> None:
    harness.map_code("PU", make_manufacturer("Parts", numbers=["B-1"]))


def change_catalog(_harness: SyncHarness) -> None:
    raise_catalog_version()


def change_settings(harness: SyncHarness) -> None:
    harness.change_settings(clear_previous=False)


CHANGES = [
    (change_stock, "your stock"),
    (change_mapping, "your supplier codes"),
    (change_catalog, "the catalog"),
    (change_settings, "your settings"),
]


@pytest.mark.parametrize(("change", "what"), CHANGES, ids=[change.__name__ for change, _ in CHANGES])
def test_after_a_change_it_is_planned_again(
    ready: SyncHarness, change: Callable[[SyncHarness], None], what: str
) -> None:
    row = preview(ready)
    change(ready)
    assert run_now(row, None) is None
    row = plan(ready, row.id)
    assert (row.state, what in (row.note or "")) == ("ready", True)
    assert apply(ready, row).status == "succeeded"
    assert ready.shelf_quantities()["TR", "A-1"] == 5
    assert ready.sync().items[0].changed == 0


def test_a_change_before_its_run_begins_applies_nothing(ready: SyncHarness) -> None:
    row = preview(ready)
    run = run_now(row, None)
    assert run is not None
    ready.change_settings(clear_previous=False)
    assert run_sync.execute(run.id, ready.run_context())
    run = ready.load_run(run.id)
    assert (run.status, "your settings" in (run.reason or "")) == ("skipped", True)
    assert ready.shelf_quantities() == {("TR", "A-1"): 3}
    assert plan(ready, row.id).note == run.reason


def test_a_preview_of_one_code_applies_it_alone(ready: SyncHarness) -> None:
    ready.map_code("PU", make_manufacturer("Parts", numbers=["B-1"]))
    ready.set_parts(part("TR", "A-1", 5), part("PU", "B-1", 2))
    run = apply(ready, preview(ready, code_key="pu"))
    assert {item.code_key: item.status for item in run.items} == {"tr": "not_tried", "pu": "succeeded"}
    assert ready.shelf_quantities() == {("TR", "A-1"): 3, ("PU", "B-1"): 2}


def test_it_is_refused_during_a_run_when_replaced_and_after_a_day(ready: SyncHarness) -> None:
    row = preview(ready)
    run = lifecycle.record(ready.dealer, "manual").run
    with pytest.raises(Refused, match="in progress"):
        run_now(row, None)
    lifecycle.cancel(run)
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1)), pytest.raises(Refused):
        run_now(row, None)
    requests.request(ready.dealer, "run")
    with pytest.raises(Refused, match="new one"):
        run_now(row, None)


def test_old_previews_are_deleted_with_their_plans(ready: SyncHarness) -> None:
    preview(ready)
    assert requests.delete_old(clock.now()) == 0
    assert requests.delete_old(clock.now() + timedelta(days=1, minutes=1)) == 1
    assert db.session.scalars(db.select(Preview)).all() == []
