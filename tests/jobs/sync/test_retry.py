"""A code that failed is tried again: in its run, and by a run of its own some minutes later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import current_app

from jobs.sync import run_sync
from jobs.sync.retry import retry_failed
from sandbox.simulator import Behavior, Fault
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Run
from webapp.runs import lifecycle

pytestmark = pytest.mark.slow

# The simulator's page is asked for so often before a code is given up: twice a try, two tries.
REQUESTS = 4


@pytest.fixture
def two_codes(harness: SyncHarness) -> SyncHarness:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.map_code("KA", make_manufacturer("Kawasaki", "oem", numbers=["K-1"]))
    harness.set_parts(part("TR", "A-1", 3), part("KA", "K-1", 5))
    return harness


def fail_requests(harness: SyncHarness, code: str | None, times: int | None = None) -> None:
    harness.simulator.switches = Behavior(faults=[Fault("error_500", code=code, times=times)])


def scheduled(harness: SyncHarness) -> Run:
    run_id = lifecycle.record(harness.dealer, "scheduled", slot=lifecycle.Slot(clock.now().date(), 1)).run.id
    assert run_sync.execute(run_id, harness.run_context())
    return harness.load_run(run_id)


def in_minutes(minutes: float) -> int:
    return retry_failed(clock.now() + timedelta(minutes=minutes))


def newest() -> Run:
    return db.session.scalars(db.select(Run).order_by(Run.id.desc()).limit(1)).one()


def carried_out(harness: SyncHarness) -> Run:
    run_id = newest().id
    assert run_sync.execute(run_id, harness.run_context())
    return harness.load_run(run_id)


def test_a_code_is_tried_once_more_before_it_is_abandoned(two_codes: SyncHarness) -> None:
    fail_requests(two_codes, "TR", times=REQUESTS // 2)
    run = two_codes.sync()
    assert run.status == "succeeded"
    assert [(item.supplier_code, item.tries) for item in run.items] == [("TR", 2), ("KA", 1)]


def test_a_code_that_fails_again_is_abandoned(two_codes: SyncHarness) -> None:
    fail_requests(two_codes, "TR")
    run = two_codes.sync()
    assert (run.status, two_codes.load_item(run, "TR").tries) == ("partial", 2)


def test_a_refused_account_is_not_tried_again(two_codes: SyncHarness) -> None:
    two_codes.simulator.switches = Behavior(password_state="wrong")
    run = scheduled(two_codes)
    assert (run.status, len(two_codes.simulator.requests)) == ("failed", 1)
    assert in_minutes(60) == 0


def test_failed_codes_get_a_run_of_their_own_some_minutes_later(two_codes: SyncHarness) -> None:
    fail_requests(two_codes, "TR")
    first = scheduled(two_codes)
    assert (in_minutes(4.9), in_minutes(5.1)) == (0, 1)
    two_codes.simulator.switches = Behavior()
    asked = len(two_codes.simulator.requests)
    run = carried_out(two_codes)
    assert (run.trigger, run.retry_of_id, run.status) == ("retry", first.id, "succeeded")
    filters = {request.options["$filter"][:22] for request in two_codes.simulator.requests[asked:]}
    assert filters == {"SupplierCode eq 'TR' a"}
    assert two_codes.load_item(run, "KA").error == f"Not retried: run {first.id} has already updated it."


def test_a_run_of_failed_codes_leaves_the_stock_of_the_others_alone(harness: SyncHarness) -> None:
    both = make_manufacturer("Tucker", numbers=["A-1", "B-1"])
    harness.map_code("TR", both)
    harness.map_code("TX", both)
    harness.set_parts(part("TR", "A-1", 3), part("TX", "B-1", 4))
    fail_requests(harness, "TR")
    scheduled(harness)
    in_minutes(6)
    harness.simulator.switches = Behavior()
    carried_out(harness)
    assert harness.shelf_quantities() == {("TR", "A-1"): 3, ("TX", "B-1"): 4}


def test_failed_codes_are_retried_a_few_times_with_growing_waits(two_codes: SyncHarness) -> None:
    fail_requests(two_codes, None)
    first = scheduled(two_codes)
    waits = current_app.config["RETRY_AFTER_MINUTES"]
    for number, minutes in enumerate(waits, start=1):
        assert (in_minutes(minutes - 0.1), in_minutes(minutes + 0.1)) == (0, 1)
        run = carried_out(two_codes)
        assert (run.retry_number, run.retry_of_id, run.status) == (number, first.id, "failed")
    assert in_minutes(300) == 0


def test_a_code_that_one_retry_updated_is_left_out_of_the_next(two_codes: SyncHarness) -> None:
    fail_requests(two_codes, None)
    scheduled(two_codes)
    in_minutes(6)
    fail_requests(two_codes, "KA")
    second = carried_out(two_codes)
    in_minutes(16)
    third = carried_out(two_codes)
    assert two_codes.load_item(third, "TR").error == f"Not retried: run {second.id} has already updated it."
    assert two_codes.load_item(third, "KA").status == "failed"


def test_a_later_run_replaces_the_retry(two_codes: SyncHarness) -> None:
    fail_requests(two_codes, "TR")
    scheduled(two_codes)
    two_codes.simulator.switches = Behavior()
    two_codes.sync()
    assert in_minutes(10) == 0


def test_a_manual_run_of_a_command_is_not_retried_automatically(two_codes: SyncHarness) -> None:
    fail_requests(two_codes, "TR")
    two_codes.sync()
    assert in_minutes(10) == 0


def test_a_dealer_that_disabled_3pa_gets_no_retry(two_codes: SyncHarness) -> None:
    fail_requests(two_codes, "TR")
    scheduled(two_codes)
    two_codes.configuration.enabled = False
    db.session.commit()
    assert in_minutes(10) == 0


def test_a_deployment_can_turn_retries_off(two_codes: SyncHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(current_app.config, "RETRY_AFTER_MINUTES", ())
    fail_requests(two_codes, "TR")
    scheduled(two_codes)
    assert in_minutes(60) == 0
