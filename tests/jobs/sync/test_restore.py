"""A restore returns codes to their stock before a run, as a run of its own (R25)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from jobs.sync import lease, run_plan, run_sync
from jobs.sync.interruption import RunInterrupted
from tests.factories import make_manufacturer
from tests.jobs.sync.restores import picture, restore
from tests.sync_harness import SyncHarness, part
from webapp.core import clock
from webapp.core.errors import Refused
from webapp.extensions import db
from webapp.models import AuditEntry, Manufacturer, ProductLock, RetainedPart, Run, SupplierCode
from webapp.restores import requests
from webapp.restores.freeze_choice import FreezeChoice
from webapp.restores.restore_plan import plan
from webapp.runs import lifecycle
from webapp.search import figures
from webapp.supplier_codes import changes


@pytest.fixture
def tucker(harness: SyncHarness) -> Manufacturer:
    return make_manufacturer("Tucker", numbers=["A-1", "A-2", "A-3", "A-4"])


@pytest.fixture
def stocked(harness: SyncHarness, tucker: Manufacturer) -> SyncHarness:
    """Two codes: three parts of TR, and one of WP."""
    harness.map_code("TR", tucker, pricing="retail")
    harness.map_code("WP", make_manufacturer("Western", numbers=["A-1", "W-1"]), pricing="retail")
    harness.change_settings(clear_previous=True)
    harness.sync(part("TR", "A-1", 1), part("TR", "A-2", 2), part("TR", "A-3", 3), part("WP", "W-1", 5))
    return harness


def change_everything(harness: SyncHarness) -> Run:
    """A run that sells, receives, clears, adds and reprices, with a longer lead time."""
    row = db.session.scalars(select(SupplierCode).where(SupplierCode.code == "TR")).one()
    row.lead_time_days = 9
    db.session.commit()
    return harness.sync(
        part("TR", "A-1", 8, Retail=11), part("TR", "A-4", 4), part("WP", "W-1", 1), part("WP", "A-1", 7)
    )


def test_everything_is_as_it_was_before_the_run(stocked: SyncHarness) -> None:
    before = picture(stocked)
    run = restore(stocked, change_everything(stocked))
    assert (run.status, run.trigger, run.reason) == ("succeeded", "restore", None)
    assert picture(stocked) == before
    item = stocked.load_item(run, "TR")
    assert (item.fetched, item.changed, item.cleared, item.requests) == (0, 4, 1, 0)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "inventory.restored")).one()
    assert entry.after == {"before_run": 2, "codes": "TR, WP"}


def test_its_report_has_what_it_changed(stocked: SyncHarness) -> None:
    run = restore(stocked, change_everything(stocked))
    rows = {
        (row["supplier_code"], row["mpn"]): (row["shelf_quantity"], row["sale_price"], row["change"])
        for row in stocked.report_rows(run, "inventory")
    }
    assert rows == {
        ("TR", "A-1"): ("1", "10.00", "updated"),
        ("TR", "A-2"): ("2", "10.00", "updated"),
        ("TR", "A-3"): ("3", "10.00", "updated"),
        ("TR", "A-4"): ("0", "", "cleared"),
        ("WP", "W-1"): ("5", "10.00", "updated"),
        ("WP", "A-1"): ("0", "", "cleared"),
    }
    assert [report.kind for report in run.reports] == ["inventory"]


def test_several_runs_are_undone_together(stocked: SyncHarness) -> None:
    before = picture(stocked)
    first = change_everything(stocked)
    stocked.sync(part("TR", "A-2", 6), part("WP", "W-1", 1))
    stocked.sync(part("TR", "A-1", 1), part("TR", "A-4", 2), part("WP", "W-1", 3))
    restore(stocked, first)
    assert picture(stocked) == before


def test_before_the_first_run_nothing_was_there(stocked: SyncHarness) -> None:
    restore(stocked, stocked.load_run(1))
    shown = picture(stocked)
    assert not any(shown.values())


def test_only_the_chosen_codes_are_restored(stocked: SyncHarness) -> None:
    run = change_everything(stocked)
    restore(stocked, run, ["WP"])
    found = stocked.shelf_quantities()
    assert found == {
        **{("TR", "A-1"): 8, ("TR", "A-2"): 0, ("TR", "A-3"): 0, ("TR", "A-4"): 4},
        ("WP", "W-1"): 5,
    }
    assert stocked.webstore_figures("A-1") == (8, 1100, 9)


def test_the_next_run_with_the_same_parts_repeats_what_was_restored(stocked: SyncHarness) -> None:
    run = change_everything(stocked)
    changed = picture(stocked)
    restore(stocked, run)
    stocked.sync()
    assert picture(stocked) == changed


def test_codes_that_are_frozen_with_it_stay_restored(stocked: SyncHarness) -> None:
    before = picture(stocked)
    restore(stocked, change_everything(stocked), freeze=FreezeChoice("released", None, "Bad data"))
    stocked.sync()
    assert picture(stocked) == before


def test_a_restore_is_restored_like_any_run(stocked: SyncHarness) -> None:
    run = change_everything(stocked)
    changed = picture(stocked)
    again = restore(stocked, restore(stocked, run))
    assert again.status == "succeeded"
    assert picture(stocked) == changed


def test_what_was_cleared_with_a_removed_code_is_back(stocked: SyncHarness) -> None:
    before = picture(stocked)
    run = stocked.sync()
    row = db.session.scalars(select(SupplierCode).where(SupplierCode.code == "WP")).one()
    changes.remove(row, clear=True)
    done = restore(stocked, run)
    assert [item.supplier_code for item in done.items] == ["WP"]
    assert picture(stocked) == before


def test_moved_parts_move_again_in_the_next_run(stocked: SyncHarness, tucker: Manufacturer) -> None:
    stocked.map_code("PU", tucker, pricing="retail")
    stocked.change_settings(clear_previous=False)
    stocked.sync(part("TR", "A-1", 3), part("PU", "A-2", 1), part("WP", "W-1", 5))
    before = picture(stocked)
    moved = stocked.sync(part("TR", "A-3", 1), part("PU", "A-1", 3), part("PU", "A-2", 1))
    changed = picture(stocked)
    restore(stocked, moved)
    assert picture(stocked) == before
    assert "a-1" in set(db.session.scalars(select(RetainedPart.key).where(RetainedPart.code_key == "tr")))
    db.session.commit()
    stocked.sync()
    assert picture(stocked) == changed


def test_a_second_worker_restores_no_code_twice(stocked: SyncHarness) -> None:
    before = picture(stocked)
    run = change_everything(stocked)
    wanted = plan(db.session.connection(), run)
    run_id = requests.request(stocked.dealer, wanted, record=lifecycle.record).id
    dead = lease.acquire(run_id)
    assert dead is not None
    run_plan.open_run(dead)
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=True):
        assert run_sync.execute(run_id, stocked.run_context())
        assert not run_sync.execute(run_id, stocked.run_context())
        with pytest.raises(RunInterrupted):
            lease.renew(dead)
    assert picture(stocked) == before
    assert stocked.load_run(run_id).status == "succeeded"


def test_a_change_after_the_preview_ends_the_restore_before_it_begins(stocked: SyncHarness) -> None:
    run = change_everything(stocked)
    wanted = plan(db.session.connection(), run)
    run_id = requests.request(stocked.dealer, wanted, record=lifecycle.record).id
    changes.remove(db.session.scalars(select(SupplierCode)).all()[1], clear=True)
    changed = picture(stocked)
    assert run_sync.execute(run_id, stocked.run_context())
    assert stocked.load_run(run_id).status == "skipped"
    assert picture(stocked) == changed


def test_it_needs_neither_3pa_nor_a_disabled_day_to_be_over(stocked: SyncHarness) -> None:
    run = change_everything(stocked)
    stocked.configuration.enabled = False
    db.session.commit()
    assert restore(stocked, run).status == "succeeded"


def test_it_is_refused_while_a_run_is_active_and_without_changes(stocked: SyncHarness) -> None:
    run = change_everything(stocked)
    active = lifecycle.record(stocked.dealer, "command").run
    with pytest.raises(Refused, match=f"Run {active.id} is in progress"):
        restore(stocked, run)
    with pytest.raises(Refused, match="has not ended"):
        restore(stocked, active)
    lifecycle.cancel(active)
    with pytest.raises(Refused, match="never started"):
        restore(stocked, active)
    with pytest.raises(Refused, match="Nothing to restore"):
        restore(stocked, stocked.sync())


def test_runs_whose_changes_are_no_longer_stored_are_refused(stocked: SyncHarness) -> None:
    run = change_everything(stocked)
    with (
        time_machine.travel(clock.now() + timedelta(days=31), tick=True),
        pytest.raises(Refused, match="too old"),
    ):
        restore(stocked, run)


def test_a_lock_overrides_what_is_restored(stocked: SyncHarness) -> None:
    run = change_everything(stocked)
    product_id = stocked.shelf_stock("TR", "A-4").product_id
    of_lock = {"quantity": 6, "is_hidden": False, "reason": "Counted"}
    db.session.add(ProductLock(dealer_id=stocked.dealer.id, product_id=product_id, **of_lock))
    db.session.flush()
    figures.refresh_products(db.session(), stocked.dealer.id, [product_id])
    db.session.commit()
    restore(stocked, run)
    assert ("TR", "A-4") not in stocked.shelf_quantities()
    assert stocked.webstore_figures("A-4") == (6, None, 1)
    picture(stocked)
