"""How a run begins, is shared out, and ends (R6–R8, R19)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import current_app
from sqlalchemy import select

from jobs.sources.lightspeed import LightspeedClient
from jobs.sources.source import Credentials
from jobs.sync import code_sync, lease, run_items, run_sync
from jobs.sync.interruption import Interruption, RunInterrupted
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.core import clock
from webapp.core.run_states import RunItemState, RunState
from webapp.extensions import db
from webapp.models import Report, Run, RunItem, StoredPull, SupplierCode
from webapp.runs import lifecycle
from webapp.runs.run_transitions import change_item, change_run


def two_codes(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1", "A-2"]), pricing="retail")
    harness.map_code("KA", make_manufacturer("Kawasaki", "oem", numbers=["K-1"]))
    harness.set_parts(part("TR", "A-1", 3), part("TR", "A-2", 4), part("KA", "K-1", 5))


def queued(harness: SyncHarness, **options: bool) -> int:
    return lifecycle.record(harness.dealer, "manual", **options).run.id


def make_old(run_id: int, seconds: int) -> None:
    run = db.session.get_one(Run, run_id, populate_existing=True)
    run.heartbeat_at = clock.now() - timedelta(seconds=seconds)
    db.session.commit()


class Crash(BaseException):
    """Ends a run as a killed process would: nothing in the program catches it."""


def crash_when(line_has: str) -> object:
    def tell(line: str) -> None:
        if line_has in line:
            raise Crash

    return tell


def left_behind(harness: SyncHarness, at: str) -> int:
    """A run whose worker died when it was about to say `at`, found 91 s later."""
    run_id = queued(harness)
    with pytest.raises(Crash):
        run_sync.execute(run_id, harness.run_context(tell=crash_when(at)))
    db.session.rollback()
    make_old(run_id, 91)
    return run_id


def test_a_second_run_of_a_dealer_is_never_queued(harness: SyncHarness) -> None:
    first = lifecycle.record(harness.dealer, "manual")
    second = lifecycle.record(harness.dealer, "scheduled")
    assert (first.created, second.created) == (True, False)
    assert second.run.id == first.run.id


def test_without_codes_a_run_succeeds_without_a_request(harness: SyncHarness) -> None:
    run = harness.sync()
    assert (run.status, run.items) == ("succeeded", [])
    assert harness.simulator.requests == []


def test_a_disabled_day_is_skipped_and_sends_nothing(harness: SyncHarness) -> None:
    two_codes(harness)
    harness.change_settings(disabled_on=[clock.local_now("America/Chicago").strftime("%A")])
    run = harness.sync()
    assert run.status == "skipped"
    assert (run.reason or "").startswith("Updates are disabled on ")
    assert harness.simulator.requests == []


def test_a_disabled_day_is_the_dealers_own(harness: SyncHarness) -> None:
    two_codes(harness)
    harness.change_settings(disabled_on=["Sunday"])
    # Monday 03:00 in UTC is still Sunday evening in Chicago.
    with time_machine.travel("2026-11-23T03:00:00Z", tick=True):
        assert harness.sync().status == "skipped"
    with time_machine.travel("2026-11-23T12:00:00Z", tick=True):
        assert harness.sync().status != "skipped"


def test_a_user_can_force_a_run_on_a_disabled_day(harness: SyncHarness) -> None:
    two_codes(harness)
    harness.change_settings(disabled_on=[clock.local_now("America/Chicago").strftime("%A")])
    assert harness.sync(anyway=True).status == "succeeded"


def test_a_run_without_a_complete_login_fails_with_the_reason(harness: SyncHarness) -> None:
    two_codes(harness)
    harness.configuration.sealed_password = None
    db.session.commit()
    run = harness.sync()
    assert run.status == "failed"
    assert "3PA Password" in (run.reason or "")
    assert {item.status for item in run.items} == {"not_tried"}


def test_a_leased_run_cannot_be_leased_again_while_its_heartbeat_is_recent(harness: SyncHarness) -> None:
    run_id = queued(harness)
    assert lease.acquire(run_id) == lease.Lease(run_id, 1)
    make_old(run_id, 89)
    assert lease.acquire(run_id) is None
    make_old(run_id, 91)
    assert lease.acquire(run_id) == lease.Lease(run_id, 2)


def test_a_finished_run_cannot_be_leased(harness: SyncHarness) -> None:
    two_codes(harness)
    assert lease.acquire(harness.sync().id) is None


def test_a_worker_that_lost_its_run_can_write_nothing_more(harness: SyncHarness) -> None:
    run_id = queued(harness)
    old = lease.acquire(run_id)
    assert old is not None
    make_old(run_id, 91)
    assert lease.acquire(run_id) is not None
    with pytest.raises(RunInterrupted) as renewing:
        lease.renew(old)
    with pytest.raises(RunInterrupted) as finishing:
        lease.finish(old, RunState.SUCCEEDED)
    assert {renewing.value.reason, finishing.value.reason} == {Interruption.LEASE_LOST}
    assert not lease.release(old)
    assert harness.load_run(run_id).status == "running"


@pytest.mark.parametrize("moment", ["TR: page 1", "TR: fetched", "KA: page 1", "KA: fetched", "succeeded"])
def test_an_abandoned_run_ends_like_an_undisturbed_one(harness: SyncHarness, moment: str) -> None:
    two_codes(harness)
    run_id = left_behind(harness, moment)
    if moment != "succeeded":
        assert run_sync.execute(run_id, harness.run_context())
    run = harness.load_run(run_id)
    assert run.status == "succeeded"
    assert harness.shelf_quantities() == {("TR", "A-1"): 3, ("TR", "A-2"): 4, ("KA", "K-1"): 5}
    counts = [(item.fetched, item.synced, item.changed) for item in run.items]
    assert counts == [(2, 2, 2), (1, 1, 1)]
    assert harness.take_outbox() == ["A-1", "A-2", "K-1"]
    assert [row["change"] for row in harness.report_rows(run, "inventory")] == ["new", "new", "new"]


def test_a_run_taken_over_does_not_fetch_a_completed_code_again(harness: SyncHarness) -> None:
    two_codes(harness)
    run_id = left_behind(harness, "KA: page 1")
    harness.simulator.requests.clear()
    run_sync.execute(run_id, harness.run_context())
    assert ["'KA'" in request.options["$filter"] for request in harness.simulator.requests] == [True, True]


def test_a_stopped_worker_requeues_the_run_and_another_finishes_it(harness: SyncHarness) -> None:
    two_codes(harness)
    run_id = queued(harness)
    told: list[str] = []
    with pytest.raises(RunInterrupted) as interrupted:
        run_sync.execute(
            run_id,
            harness.run_context(
                tell=told.append, should_stop=lambda: any("fetched" in line for line in told)
            ),
        )
    run = harness.load_run(run_id)
    assert (run.status, run.heartbeat_at) == ("queued", None)
    assert interrupted.value.reason is Interruption.SHUTDOWN
    assert [item.status for item in run.items] == ["succeeded", "waiting"]
    assert run_sync.execute(run_id, harness.run_context())
    assert harness.load_run(run_id).status == "succeeded"


def test_a_run_is_cancelled_between_pages_and_what_was_applied_stays(harness: SyncHarness) -> None:
    two_codes(harness)
    run_id = queued(harness)

    def tell(line: str) -> None:
        if line.startswith("TR: fetched"):
            lifecycle.cancel(harness.load_run(run_id))

    run_sync.execute(run_id, harness.run_context(tell=tell))
    run = harness.load_run(run_id)
    assert run.status == "cancelled"
    assert [item.status for item in run.items] == ["succeeded", "not_tried"]
    assert run.items[1].error == "Not tried: the run was cancelled."
    assert harness.shelf_quantities() == {("TR", "A-1"): 3, ("TR", "A-2"): 4}
    assert len(harness.report_rows(run, "inventory")) == 2


def test_a_queued_run_is_cancelled_at_once(harness: SyncHarness) -> None:
    run_id = queued(harness)
    assert lifecycle.cancel(harness.load_run(run_id))
    assert harness.load_run(run_id).status == "cancelled"
    assert not lifecycle.cancel(harness.load_run(run_id))
    assert not run_sync.execute(run_id, harness.run_context())


def test_settings_saved_during_a_run_take_effect_in_the_next(harness: SyncHarness) -> None:
    two_codes(harness)
    harness.sync()

    def tell(line: str) -> None:
        if line.startswith("TR: page"):
            harness.change_settings(clear_previous=False)

    run = harness.sync(part("TR", "A-1", 3), part("KA", "K-1", 5), tell=tell)
    assert harness.shelf_quantities()[("TR", "A-2")] == 0
    assert run.settings is not None
    assert run.settings["clear_previous"] is True


def test_a_code_removed_during_a_run_is_not_tried(harness: SyncHarness) -> None:
    two_codes(harness)

    def tell(line: str) -> None:
        if line.startswith("TR: page"):
            db.session.execute(db.delete(SupplierCode).where(SupplierCode.code == "KA"))
            db.session.commit()

    run = harness.sync(tell=tell)
    assert [item.status for item in run.items] == ["succeeded", "not_tried"]
    assert run.status == "succeeded"
    assert ("KA", "K-1") not in harness.shelf_quantities()


def test_a_defect_in_one_code_does_not_stop_the_others(
    harness: SyncHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_codes(harness)
    apply = code_sync.apply

    def broken(run_lease: lease.Lease, run: Run, item: RunItem, *rest: Any, **more: Any) -> None:
        if item.supplier_code == "TR":
            raise ZeroDivisionError
        apply(run_lease, run, item, *rest, **more)

    monkeypatch.setattr(code_sync, "apply", broken)
    run = harness.sync()
    assert run.status == "partial"
    assert [(item.status, item.error_kind) for item in run.items] == [
        ("failed", "internal"),
        ("succeeded", None),
    ]


def test_refused_report_storage_leaves_the_stock_applied_and_the_run_partial(
    harness: SyncHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_codes(harness)
    monkeypatch.setitem(current_app.config, "REPORT_STORAGE_URL", "file:///proc/nowhere")
    run = harness.sync()
    assert (run.status, run.reason, run.reports_missing) == ("partial", None, True)
    assert run.explanation == "We couldn't store the reports."
    assert harness.shelf_quantities()[("KA", "K-1")] == 5
    assert db.session.scalars(db.select(Report)).all() == []


def test_it_keeps_only_what_was_last_reported(harness: SyncHarness) -> None:
    two_codes(harness)
    first = harness.sync()
    second = harness.sync()
    kept = db.session.scalars(select(StoredPull.item_id))
    assert sorted(kept) == [item.id for item in second.items]
    assert first.id != second.id


def test_the_login_reaches_neither_logs_nor_progress(
    harness: SyncHarness, capfd: pytest.CaptureFixture[str]
) -> None:
    two_codes(harness)
    lines: list[str] = []

    def connect(credentials: Credentials) -> LightspeedClient:
        assert "correct horse" not in repr(credentials)
        return harness.connect(credentials)

    harness.sync(connect=connect, tell=lines.append)
    out, err = capfd.readouterr()
    assert "correct horse" not in out + err + "".join(lines)


def test_a_run_in_another_state_is_not_changed(harness: SyncHarness) -> None:
    two_codes(harness)
    run_id = harness.sync().id
    late = change_run(RunState.PARTIAL, to=RunState.SUCCEEDED).returning(db.literal(1))
    assert db.session.execute(late).all() == []
    assert harness.load_run(run_id).status == RunState.SUCCEEDED
    item = harness.load_run(run_id).items[0]
    db.session.execute(change_item(RunItemState.RUNNING, to=RunItemState.FAILED))
    db.session.refresh(item)
    assert item.status == RunItemState.SUCCEEDED


def test_an_item_that_has_ended_cannot_fail(harness: SyncHarness) -> None:
    two_codes(harness)
    item = harness.sync().items[0]
    with pytest.raises(run_items.ItemNotChanged):
        run_items.fail_item(item.id, "internal", "It broke.")
    db.session.rollback()
    assert harness.load_run(item.run_id).items[0].status == RunItemState.SUCCEEDED
