"""What happens to a run when its surroundings change or fail under it."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import current_app
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from jobs.sync import (
    code_result,
    database_retry,
    dealer_session,
    lease,
    regenerate_reports,
    run_plan,
    run_sync,
)
from jobs.sync.prefetch import Prefetch
from sandbox.simulator import Behavior, Fault
from tests.factories import make_manufacturer
from tests.sync_harness import PASSWORD, SyncHarness, is_postgresql, part
from webapp.core import clock, vault
from webapp.extensions import db
from webapp.models import StoredPull, SupplierCode
from webapp.runs import lifecycle

pytestmark = pytest.mark.slow


@pytest.fixture
def two_codes(harness: SyncHarness, monkeypatch: pytest.MonkeyPatch) -> SyncHarness:
    monkeypatch.setattr(database_retry, "PAUSES", (0.0, 0.0, 0.0))
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.map_code("KA", make_manufacturer("Kawasaki", "oem", numbers=["K-1"]))
    harness.set_parts(part("TR", "A-1", 3), part("KA", "K-1", 5))
    return harness


WHOLE = {("TR", "A-1"): 3, ("KA", "K-1"): 5}


class Refusals:
    """Has the database refuse a statement that matches `pattern`, the first `times` times."""

    def __init__(self, pattern: str, times: int) -> None:
        self._pattern, self.left = re.compile(pattern), times
        event.listen(db.engine, "before_cursor_execute", self._before)

    def _before(self, _connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        if self.left and self._pattern.search(statement):
            self.left -= 1
            raise OperationalError(statement, {}, Exception("database is locked"))

    def end(self) -> None:
        event.remove(db.engine, "before_cursor_execute", self._before)


def test_a_code_that_the_database_refused_once_is_retried_immediately(two_codes: SyncHarness) -> None:
    refusals = Refusals("INSERT INTO shelf_stock", times=2)
    run = two_codes.sync()
    refusals.end()
    assert (run.status, two_codes.shelf_quantities(), refusals.left) == ("succeeded", WHOLE, 0)


def test_a_code_that_the_database_keeps_refusing_fails_with_the_reason(two_codes: SyncHarness) -> None:
    refusals = Refusals("INSERT INTO pull_blocks", times=1 + len(database_retry.PAUSES))
    run = two_codes.sync()
    refusals.end()
    assert (run.status, two_codes.shelf_quantities()) == ("partial", {("KA", "K-1"): 5})
    item = two_codes.load_item(run, "TR")
    assert (item.error_kind, item.error) == ("database", code_result.DATABASE_REFUSED)
    assert [pull.code_key for pull in db.session.scalars(db.select(StoredPull))] == ["ka"]


def events(capsys: pytest.CaptureFixture[str], name: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    return [line for line in lines if line["event"] == name]


def test_each_refusal_of_the_database_is_logged_also_the_last(
    two_codes: SyncHarness, capsys: pytest.CaptureFixture[str]
) -> None:
    tries = 1 + len(database_retry.PAUSES)
    refusals = Refusals("INSERT INTO pull_blocks", tries)
    two_codes.sync()
    refusals.end()
    assert [line["again_in"] for line in events(capsys, "database.write_failed")] == [0.0, 0.0, 0.0, None]


def test_a_failure_whose_record_the_database_refused_is_recorded_without_another_fetch(
    two_codes: SyncHarness,
) -> None:
    two_codes.simulator.switches = Behavior(faults=[Fault("html", code="TR", times=None)])
    two_codes.sync()
    undisturbed = len(two_codes.simulator.requests)
    refusals = Refusals(r"UPDATE run_items SET status=.*error_kind=", 2)
    run = two_codes.sync()
    refusals.end()
    assert (refusals.left, run.status, two_codes.load_item(run, "TR").status) == (0, "partial", "failed")
    assert len(two_codes.simulator.requests) == 2 * undisturbed


def test_a_removed_code_whose_record_the_database_refused_is_not_tried(two_codes: SyncHarness) -> None:
    refusals = Refusals(r"UPDATE run_items SET status=\S+ error=", 0)

    def remove(line: str) -> None:
        if line.startswith("TR: fetched"):
            db.session.execute(db.delete(SupplierCode).where(SupplierCode.code == "KA"))
            db.session.commit()
            refusals.left = 2

    run = two_codes.sync(tell=remove)
    refusals.end()
    assert (refusals.left, run.status, two_codes.load_item(run, "KA").status) == (0, "succeeded", "not_tried")


@pytest.mark.parametrize("times", [1, 10_000])
def test_an_applied_code_stays_applied_when_a_later_statement_is_refused(
    two_codes: SyncHarness, times: int
) -> None:
    two_codes.configuration.check_state = "refused"
    db.session.commit()
    refusals = Refusals("SET check_state", times)
    run = two_codes.sync()
    refusals.end()
    assert refusals.left < times
    assert (run.status, two_codes.shelf_quantities()) == ("succeeded", WHOLE)
    assert [(item.status, item.tries, item.changed) for item in run.items] == [("succeeded", 1, 1)] * 2


def test_an_applied_code_stays_applied_when_a_later_step_breaks(two_codes: SyncHarness) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    run = two_codes.sync(applied=broken)
    assert (run.status, two_codes.shelf_quantities()) == ("succeeded", WHOLE)
    assert [row["part_number"] for row in two_codes.report_rows(run, "inventory")] == ["A-1", "K-1"]


def test_a_connection_that_is_cut_within_the_applying_transaction_leaves_nothing_half_done(
    two_codes: SyncHarness,
) -> None:
    if not is_postgresql():
        # A file has no connection to cut: what ends is the process that holds it, and others test that.
        return
    cut = []

    def cut_once(_connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        if "INSERT INTO webstore_figures" in statement and not cut:
            cut.append(True)
            pid = cursor.connection.info.backend_pid
            with db.engine.connect() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    event.listen(db.engine, "before_cursor_execute", cut_once)
    run = two_codes.sync()
    event.remove(db.engine, "before_cursor_execute", cut_once)
    assert (cut, run.status, two_codes.shelf_quantities()) == ([True], "succeeded", WHOLE)


REFUSE_TO_KEEP = """
    CREATE SEQUENCE refused;
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {act} RETURN NEW; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON pull_blocks FOR EACH ROW EXECUTE FUNCTION refuse()
"""
A_FULL_DISK = "RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full';"
A_RESTART = "IF nextval('refused') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;"


@pytest.mark.parametrize(
    ("act", "status", "kinds"), [(A_FULL_DISK, "failed", {"database"}), (A_RESTART, "succeeded", {None})]
)
def test_rows_that_postgresql_refuses_in_a_copy_are_not_a_defect(
    two_codes: SyncHarness, act: str, status: str, kinds: set[str | None]
) -> None:
    if not is_postgresql():
        # Only there are parts copied, past SQLAlchemy.
        return
    db.session.execute(text(REFUSE_TO_KEEP.format(act=act)))
    db.session.commit()
    run = two_codes.sync()
    assert (run.status, {item.error_kind for item in run.items}) == (status, kinds)


def test_a_run_whose_database_is_unavailable_goes_on_once_it_answers(two_codes: SyncHarness) -> None:
    run_id = lifecycle.record(two_codes.dealer, "manual").run.id
    away = Refusals("UPDATE runs SET heartbeat_at", times=10_000)
    with pytest.raises(OperationalError):
        run_sync.execute(run_id, two_codes.run_context())
    away.end()
    assert two_codes.load_run(run_id).status == "queued"
    assert run_sync.execute(run_id, two_codes.run_context())
    assert (two_codes.load_run(run_id).status, two_codes.shelf_quantities()) == ("succeeded", WHOLE)


@pytest.mark.parametrize("is_planned", [True, False])
def test_a_run_that_never_ends_is_abandoned(two_codes: SyncHarness, is_planned: bool) -> None:
    run_id = lifecycle.record(two_codes.dealer, "manual").run.id
    if is_planned:
        run_lease = lease.acquire(run_id)
        assert run_lease is not None
        run_plan.open_run(run_lease)
        lease.release(run_lease)
    two_codes.load_run(run_id).attempt = run_sync.MOST_ATTEMPTS
    db.session.commit()
    assert run_sync.execute(run_id, two_codes.run_context())
    run = two_codes.load_run(run_id)
    said = run_sync.TOO_OFTEN.format(attempts=run_sync.MOST_ATTEMPTS)
    assert (run.status, run.reason, run.reports_missing) == ("failed", said, is_planned)
    assert (two_codes.simulator.requests, run.reports) == ([], [])


def test_a_run_ends_when_its_time_is_over_and_keeps_what_it_applied(two_codes: SyncHarness) -> None:
    with time_machine.travel(clock.now(), tick=True) as traveller:

        def late(line: str) -> None:
            if line.startswith("TR: fetched"):
                traveller.shift(timedelta(minutes=151))

        run = two_codes.sync(tell=late)
    assert (run.status, two_codes.shelf_quantities()) == ("partial", {("TR", "A-1"): 3})
    assert (run.reason or "").startswith("The update was stopped after 150 minutes")
    assert two_codes.load_item(run, "KA").error_kind == "out_of_time"


def test_time_is_counted_from_the_first_start_through_every_takeover(two_codes: SyncHarness) -> None:
    run_id = lifecycle.record(two_codes.dealer, "manual").run.id
    run_lease = lease.acquire(run_id)
    assert run_lease is not None
    with time_machine.travel(clock.now() + timedelta(minutes=151), tick=True):
        assert run_sync.execute(run_id, two_codes.run_context())
    assert (two_codes.load_run(run_id).status, two_codes.shelf_quantities()) == ("failed", {})


def save_password(harness: SyncHarness, password: str) -> None:
    """Change the password at Lightspeed and in the settings."""
    harness.simulator.switches = Behavior()
    harness.simulator.dealers[harness.configuration.cmf or ""].password = password
    harness.configuration.sealed_password = vault.seal(password)
    db.session.commit()


@pytest.fixture
def rotated(two_codes: SyncHarness, monkeypatch: pytest.MonkeyPatch) -> SyncHarness:
    """The password is changed at Lightspeed after the first code, whose next one is not requested ahead."""
    monkeypatch.setattr(Prefetch, "begin_after", lambda *_: None)
    two_codes.simulator.switches = Behavior(password_state="rotated", rotate_after=2)
    return two_codes


def test_a_password_changed_during_a_run_is_used(rotated: SyncHarness) -> None:

    def save_the_new_one(line: str) -> None:
        if line.startswith("TR: fetched"):
            save_password(rotated, "new and better")

    run = rotated.sync(tell=save_the_new_one)
    assert (run.status, rotated.shelf_quantities()) == ("succeeded", WHOLE)


def test_a_password_changed_during_a_run_is_used_when_the_database_first_refuses_to_read_it(
    rotated: SyncHarness,
) -> None:
    refusals = Refusals("configurations.sealed_password", 0)

    def save_another(line: str) -> None:
        if line.startswith("TR: fetched"):
            save_password(rotated, "new and better")
            refusals.left = 2

    run = rotated.sync(tell=save_another)
    refusals.end()
    assert (refusals.left, run.status, rotated.shelf_quantities()) == (0, "succeeded", WHOLE)


def test_a_password_that_lightspeed_no_longer_takes_ends_the_run(rotated: SyncHarness) -> None:
    run = rotated.sync()
    assert (run.status, rotated.shelf_quantities()) == ("failed", {("TR", "A-1"): 3})
    assert PASSWORD not in (run.reason or "")


def test_a_runs_result_for_the_credentials_is_shown_like_a_validation(two_codes: SyncHarness) -> None:
    two_codes.simulator.switches = Behavior(password_state="wrong")
    refused = two_codes.sync()
    db.session.expire_all()
    configuration = two_codes.configuration
    assert (configuration.check_state, configuration.check_reason) == ("refused", refused.items[0].error)
    two_codes.simulator.switches = Behavior()
    two_codes.sync()
    db.session.expire_all()
    assert (two_codes.configuration.check_state, two_codes.configuration.check_reason) == ("connected", None)


def test_a_validation_in_progress_decides_the_status(two_codes: SyncHarness) -> None:
    two_codes.configuration.check_state = "checking"
    db.session.commit()
    two_codes.simulator.switches = Behavior(password_state="wrong")
    two_codes.sync()
    db.session.expire_all()
    assert two_codes.configuration.check_state == "checking"


def test_disabling_3pa_during_a_run_ends_it(two_codes: SyncHarness) -> None:
    def switch_off(line: str) -> None:
        if line.startswith("TR: fetched"):
            two_codes.configuration.enabled = False
            db.session.commit()

    run = two_codes.sync(tell=switch_off)
    assert (run.status, run.reason) == ("cancelled", dealer_session.SWITCHED_OFF)
    assert two_codes.shelf_quantities() == {("TR", "A-1"): 3}
    assert two_codes.load_item(run, "KA").error == f"Not tried: {dealer_session.SWITCHED_OFF}"


def test_settings_saved_during_a_run_apply_from_the_next_run(two_codes: SyncHarness) -> None:
    two_codes.set_parts(part("TR", "A-1", 3, Avail=1), part("KA", "K-1", 5, Avail=2))

    def save(line: str) -> None:
        if line.startswith("TR: fetched"):
            two_codes.change_settings(quantity_column="available")

    first = two_codes.sync(tell=save)
    assert (two_codes.shelf_quantities(), (first.settings or {})["quantity_column"]) == (WHOLE, "on_hand")
    two_codes.sync()
    assert two_codes.shelf_quantities() == {("TR", "A-1"): 1, ("KA", "K-1"): 2}


def test_a_defect_outside_of_any_code_ends_the_run_with_a_reason(
    two_codes: SyncHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(run_sync.reports, "record", broken)
    run = two_codes.sync()
    assert (run.status, run.reason, two_codes.shelf_quantities()) == ("partial", run_sync.CRASHED, WHOLE)


def test_a_run_that_breaks_before_it_is_planned_has_no_reports_to_miss(
    two_codes: SyncHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_lease: lease.Lease) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(run_sync, "open_run", broken)
    run = two_codes.sync()
    assert (run.status, run.explanation) == ("failed", run_sync.CRASHED)


def test_progress_is_counted_once_however_often_it_was_refused(two_codes: SyncHarness) -> None:
    refusals = Refusals(r"UPDATE run_items SET status=\S+ pages=\(", times=1)
    run = two_codes.sync()
    refusals.end()
    assert (refusals.left, run.status, two_codes.load_item(run, "TR").fetched) == (0, "succeeded", 1)
    assert two_codes.shelf_quantities() == WHOLE


def test_reports_that_storage_refused_are_made_again(
    two_codes: SyncHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as refusing:
        refusing.setitem(current_app.config, "REPORT_STORAGE_URL", "file:///proc/nowhere")
        run = two_codes.sync()
    assert (run.status, run.explanation) == ("partial", "We couldn't store the reports.")
    assert regenerate_reports.make_reports(run.id)
    run = two_codes.load_run(run.id)
    assert (run.status, run.explanation) == ("succeeded", None)
    assert [row["part_number"] for row in two_codes.report_rows(run, "inventory")] == ["A-1", "K-1"]
    assert not regenerate_reports.make_reports(run.id)


def test_reports_of_what_a_later_run_replaced_are_not_made(
    two_codes: SyncHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as refusing:
        refusing.setitem(current_app.config, "REPORT_STORAGE_URL", "file:///proc/nowhere")
        run = two_codes.sync()
    two_codes.sync()
    assert not regenerate_reports.make_reports(run.id)
    assert two_codes.load_run(run.id).status == "partial"
