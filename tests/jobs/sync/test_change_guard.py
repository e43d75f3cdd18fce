"""A complete pull that is unlike the stored one in bulk is held as a whole for a decision (R27)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import func, select

from jobs.sync import held_runs, run_sync
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.core import clock
from webapp.extensions import db
from webapp.freezes import freezing
from webapp.models import HeldPull, HeldPullRows, PlannedChanges, Run, StoredPull, SupplierCode
from webapp.pulls import stored_changes
from webapp.runs import held_pulls, lifecycle

MANY = 120


@pytest.fixture
def stocked(harness: SyncHarness) -> SyncHarness:
    """A dealer with 120 parts of KA in stock, at their retail price."""
    numbers = [f"{letter}-{number}" for letter in "KX" for number in range(MANY)]
    harness.map_code("KA", make_manufacturer("Kawasaki", numbers=numbers), pricing="retail")
    harness.sync(*reported())
    return harness


def reported(changed: int = 0, *, of: int = MANY, letter: str = "K", **fields: Any) -> list[dict[str, Any]]:
    """Parts of KA, the first of them with other fields."""
    return [
        part("KA", f"{letter}-{number}", **{"quantity": 2, **(fields if number < changed else {})})
        for number in range(of)
    ]


def dollars_for_cents(changed: int = MANY) -> list[dict[str, Any]]:
    return reported(changed, Retail=1000.0)


def states() -> list[str]:
    return list(db.session.scalars(select(HeldPull.state).order_by(HeldPull.id)))


def the_held() -> HeldPull:
    return db.session.scalars(select(HeldPull).order_by(HeldPull.id.desc()).limit(1)).one()


def prices(harness: SyncHarness) -> set[int | None]:
    return {harness.shelf_stock("KA", f"K-{number}").sale_price_cents for number in (0, MANY - 1)}


def execute_active(harness: SyncHarness) -> Run:
    run = lifecycle.active(harness.dealer.id)
    assert run is not None
    run_id = run.id
    assert run_sync.execute(run_id, harness.run_context())
    return harness.load_run(run_id)


def test_more_than_half_of_the_prices(stocked: SyncHarness) -> None:
    digest = db.session.scalars(select(StoredPull.digest)).one()
    stocked.take_outbox()
    run = stocked.sync(*dollars_for_cents(61))
    assert run.status == "partial"
    sentence = "KA: 61 of 120 prices moved by more than half — for example K-0 $10.00 → $1,000.00."
    assert (run.reason or "").endswith(f"On hold for your approval: {sentence}")
    item = stocked.load_item(run, "KA")
    assert (item.status, item.fetched, item.synced, item.changed) == ("succeeded", MANY, 0, 0)
    assert (prices(stocked), stocked.take_outbox()) == ({1000}, [])
    assert db.session.scalars(select(StoredPull.digest)).one() == digest
    assert stocked.report_rows(run, "inventory") == []


def test_what_it_would_change_is_kept_as_its_preview(stocked: SyncHarness) -> None:
    stocked.sync(*dollars_for_cents(61))
    item_id = the_held().run_item_id
    changes = [
        row.change
        for block in stored_changes.planned_of_item(db.session.connection(), item_id)
        for row in block
    ]
    assert {
        (change.before.sale_price_cents, change.after.sale_price_cents) for change in changes if change.before
    } == {(1000, 100000)}
    assert len(changes) == 61


@pytest.mark.parametrize("retail", [15.0, 5.0])
def test_half_of_the_prices_or_half_of_a_price_is_not_enough(stocked: SyncHarness, retail: float) -> None:
    assert stocked.sync(*dollars_for_cents(60)).status == "succeeded"
    stocked.sync(*reported())
    assert stocked.sync(*reported(MANY, Retail=retail)).status == "succeeded"
    assert states() == []


@pytest.mark.parametrize("quantity", [20, 19])
def test_more_than_half_of_the_quantities_tenfold(stocked: SyncHarness, quantity: int) -> None:
    run = stocked.sync(*reported(61, quantity=quantity))
    if quantity < 20:
        assert run.status == "succeeded"
        return
    assert the_held().sentence == "KA: 61 of 120 quantities changed tenfold or more — for example K-0 2 → 20."
    assert set(stocked.shelf_quantities().values()) == {2}


def test_more_than_half_of_the_part_numbers_are_strangers(stocked: SyncHarness) -> None:
    old, new = reported()[61:], reported(letter="X")[:61]
    assert stocked.sync(*old, *new).status == "partial"
    assert (
        the_held().sentence
        == "KA: 61 of 120 part numbers are new, as if from another store — for example X-0."
    )
    assert len(stocked.shelf_quantities()) == MANY


def test_half_of_the_part_numbers_may_be_new(stocked: SyncHarness) -> None:
    assert stocked.sync(*reported()[60:], *reported(letter="X")[:60]).status == "succeeded"


def test_the_first_pull_of_a_code_is_never_held(harness: SyncHarness) -> None:
    harness.map_code("KA", make_manufacturer("Kawasaki", numbers=["K-0"]), pricing="retail")
    assert harness.sync(*dollars_for_cents()).status == "succeeded"


def test_few_parts_are_never_held(stocked: SyncHarness) -> None:
    stocked.sync(*reported(of=99))
    assert stocked.sync(*reported(99, of=99, Retail=1000.0, quantity=50)).status == "succeeded"


def test_prices_do_not_count_without_pricing(harness: SyncHarness) -> None:
    harness.map_code("KA", make_manufacturer("Kawasaki", numbers=["K-0"]))
    harness.sync(*reported())
    assert harness.sync(*dollars_for_cents()).status == "succeeded"


def test_quantities_of_another_column_do_not_count(stocked: SyncHarness) -> None:
    stocked.change_settings(quantity_column="available")
    assert stocked.sync(*reported(MANY, Avail=20)).status == "succeeded"
    assert stocked.shelf_quantities()["KA", "K-0"] == 20


@pytest.mark.parametrize("name", ["CHANGE_HOLD_SHARE", "CHANGE_HOLD_MINIMUM"])
def test_a_deployment_can_turn_it_off(
    stocked: SyncHarness, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setitem(current_app.config, name, 0)
    assert stocked.sync(*dollars_for_cents()).status == "succeeded"


def test_other_codes_of_the_run_are_applied(stocked: SyncHarness) -> None:
    stocked.map_code("HO", make_manufacturer("Honda", numbers=["H-1"]))
    run = stocked.sync(*dollars_for_cents(), part("HO", "H-1", 3))
    assert stocked.load_item(run, "HO").changed == 1
    assert (stocked.shelf_quantities()["HO", "H-1"], prices(stocked)) == (3, {1000})
    assert [row["supplier_code"] for row in stocked.report_rows(run, "inventory")] == ["HO"]


def test_the_same_pull_again_confirms_nothing(stocked: SyncHarness) -> None:
    stocked.sync(*dollars_for_cents())
    first = the_held()
    held_at, apply_at, first_run = first.held_at, first.apply_at, first.run_id
    assert stocked.sync(*dollars_for_cents()).status == "partial"
    assert (prices(stocked), states()) == ({1000}, ["overtaken", "held"])
    now = the_held()
    assert (now.held_at, now.apply_at) == (held_at, apply_at)
    assert now.run_id > first_run
    assert apply_at == held_at + timedelta(hours=24)
    assert db.session.scalar(select(func.count(HeldPullRows.position))) == 1


def test_a_pull_that_is_not_unlike_is_applied_and_ends_the_hold(stocked: SyncHarness) -> None:
    stocked.sync(*dollars_for_cents())
    assert stocked.sync(*reported(1, quantity=7)).status == "succeeded"
    assert (stocked.shelf_quantities()["KA", "K-0"], states()) == (7, ["overtaken"])


def test_the_stored_pull_once_more_ends_the_hold_too(stocked: SyncHarness) -> None:
    stocked.sync(*dollars_for_cents())
    assert stocked.sync(*reported()).status == "succeeded"
    assert states() == ["overtaken"]


def test_a_person_applies_it_without_a_request(stocked: SyncHarness) -> None:
    held_run = stocked.sync(*dollars_for_cents())
    asked = len(stocked.simulator.requests)
    assert held_pulls.apply_pull(the_held(), None)
    assert stocked.load_run(held_run.id).status == "succeeded"
    run = execute_active(stocked)
    assert (run.trigger, run.status, prices(stocked), states()) == (
        "held",
        "succeeded",
        {100000},
        ["applied"],
    )
    assert len(stocked.simulator.requests) == asked
    item = stocked.load_item(run, "KA")
    assert (item.fetched, item.synced, item.changed, item.requests) == (MANY, MANY, MANY, 0)
    assert db.session.scalar(select(func.count(HeldPullRows.position))) == 0
    # The next run finds the same, and has nothing to do.
    run = stocked.sync()
    assert (run.status, stocked.load_item(run, "KA").changed) == ("succeeded", 0)


def test_it_is_applied_when_its_time_is_over(stocked: SyncHarness) -> None:
    stocked.sync(*dollars_for_cents())
    soon = clock.now() + timedelta(hours=23)
    assert held_runs.start_due(soon) == 0
    assert held_runs.start_due(soon + timedelta(hours=2)) == 1
    execute_active(stocked)
    assert (prices(stocked), states()) == ({100000}, ["applied"])
    assert held_runs.start_due(soon + timedelta(hours=3)) == 0


def test_keeping_the_webstore_outlasts_the_same_pull_and_the_time(stocked: SyncHarness) -> None:
    stocked.sync(*dollars_for_cents())
    assert held_pulls.keep_pull(the_held(), None)
    assert stocked.sync(*dollars_for_cents()).status == "succeeded"
    assert (prices(stocked), states()) == ({1000}, ["overtaken", "kept"])
    assert held_runs.start_due(clock.now() + timedelta(days=3)) == 0
    # Another kind of difference is asked about again.
    assert stocked.sync(*reported(MANY, quantity=30)).status == "partial"
    assert states() == ["overtaken", "overtaken", "held"]


def test_a_person_may_still_apply_what_was_kept(stocked: SyncHarness) -> None:
    stocked.sync(*dollars_for_cents())
    held_pulls.keep_pull(the_held(), None)
    assert held_pulls.apply_pull(the_held(), None)
    execute_active(stocked)
    assert prices(stocked) == {100000}


def test_a_decision_during_a_run_takes_effect_in_it_or_after_it(stocked: SyncHarness) -> None:
    stocked.sync(*dollars_for_cents())
    active = lifecycle.record(stocked.dealer, "command").run
    assert held_pulls.apply_pull(the_held(), None)
    assert held_runs.start_due(clock.now()) == 0
    assert run_sync.execute(active.id, stocked.run_context())
    assert (prices(stocked), states()) == ({100000}, ["applied"])


def test_zeros_that_a_person_saw_are_not_held_once_more(stocked: SyncHarness) -> None:
    strangers = reported(letter="X")
    for by_person in (True, False):
        stocked.sync(*strangers)
        pull = the_held()
        if by_person:
            held_pulls.keep_pull(pull, None)
            held_pulls.apply_pull(pull, None)
        else:
            held_runs.start_due(clock.now() + timedelta(days=2))
        run = execute_active(stocked)
        assert run.status == ("succeeded" if by_person else "partial")
        assert stocked.load_item(run, "KA").cleared == (MANY if by_person else 0)
        strangers = reported()


def test_a_removed_code_ends_the_hold(stocked: SyncHarness) -> None:
    stocked.sync(*dollars_for_cents())
    db.session.delete(db.session.scalars(select(SupplierCode)).one())
    db.session.commit()
    assert held_runs.start_due(clock.now() + timedelta(days=2)) == 0
    assert states() == ["expired"]


def test_a_worker_that_dies_while_holding_leaves_nothing(
    stocked: SyncHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_given: object) -> int:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr("jobs.sync.applying.held_rows.store", dies)
        run = stocked.sync(*dollars_for_cents())
    assert (run.status, states(), prices(stocked)) == ("failed", [], {1000})
    assert db.session.scalar(select(func.count(PlannedChanges.id))) == 0
    assert stocked.sync(*dollars_for_cents()).status == "partial"
    assert states() == ["held"]


@pytest.mark.parametrize("decision", [None, "kept"])
@pytest.mark.parametrize("end", ["released", "tick", "run"])
def test_what_a_freeze_kept_back_of_an_earlier_pull_is_applied_at_its_end(
    stocked: SyncHarness, monkeypatch: pytest.MonkeyPatch, decision: str | None, end: str
) -> None:
    """What is held since, and a decision to keep the webstore as it is, concern the later pull (R26)."""
    now = clock.now()
    row = freezing.freeze(stocked.dealer, "all", reason="count", ends_at=now + timedelta(hours=1))
    stocked.sync(*reported(3, quantity=5))
    assert set(stocked.shelf_quantities().values()) == {2}
    stocked.sync(*dollars_for_cents())
    if decision is not None:
        assert held_pulls.keep_pull(the_held(), None)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=1))
    if end == "released":
        assert freezing.release(row)[1] is not None
    else:
        monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=2))
        if end == "run":
            # It receives the pull that is held, again.
            stocked.sync(*dollars_for_cents())
        assert freezing.end_due(clock.now()) == 1
    run = execute_active(stocked)
    assert run.trigger == "alias"
    quantities = stocked.shelf_quantities()
    assert [quantities["KA", f"K-{number}"] for number in range(4)] == [5, 5, 5, 2]
    assert prices(stocked) == {1000}
    assert the_held().state == (decision or "held")
    assert db.session.scalars(select(StoredPull.frozen)).one() == 0
