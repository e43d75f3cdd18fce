"""A suspicious clearing is held until a user decides, or the next run confirms it (R14)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import current_app

from jobs import tasks
from jobs.sync import clearing_guard
from tests.factories import make_manufacturer
from tests.jobs.sync.holds import count_in_stock, silent, states
from tests.sync_harness import SyncHarness, part
from webapp.extensions import db
from webapp.models import HeldClearing
from webapp.runs import held_clearings

pytestmark = pytest.mark.slow

MANY = 120


@pytest.fixture
def stocked(harness: SyncHarness) -> SyncHarness:
    """A dealer with 120 parts of KA in stock."""
    manufacturer = make_manufacturer("Kawasaki", numbers=[f"K-{number}" for number in range(MANY)])
    harness.map_code("KA", manufacturer)
    harness.sync(*reported(MANY))
    return harness


def reported(count: int, quantity: int = 2) -> list[dict[str, Any]]:
    return [part("KA", f"K-{number}", quantity) for number in range(count)]


def the_held(harness: SyncHarness) -> HeldClearing:
    return held_clearings.waiting_or_of_run(harness.dealer.id, None)[0]


def test_a_pull_that_would_take_more_than_half_to_zero_is_held(stocked: SyncHarness) -> None:
    run = stocked.sync(*reported(50, quantity=7))
    assert run.status == "partial"
    assert "KA: 70 of 120 products would go to zero." in (run.reason or "")
    assert count_in_stock(stocked) == MANY
    item = stocked.load_item(run, "KA")
    assert (item.status, item.cleared, item.held) == ("succeeded", 0, 70)


def test_reported_parts_are_applied_while_the_clearing_is_held(stocked: SyncHarness) -> None:
    stocked.sync(*reported(50, quantity=7))
    assert stocked.shelf_quantities()[("KA", "K-0")] == 7
    assert stocked.shelf_quantities()[("KA", "K-119")] == 2


@pytest.mark.parametrize("minimum", [100, 50])
def test_half_of_the_stock_may_go_to_zero(
    stocked: SyncHarness, monkeypatch: pytest.MonkeyPatch, minimum: int
) -> None:
    # With 50, a code that reports no part would be held.
    monkeypatch.setitem(current_app.config, "CLEAR_HOLD_MINIMUM", minimum)
    run = stocked.sync(*reported(60))
    assert (run.status, count_in_stock(stocked)) == ("succeeded", 60)


def test_a_day_without_any_part_is_held(stocked: SyncHarness) -> None:
    run = silent(stocked)
    assert (run.status, count_in_stock(stocked)) == ("partial", MANY)
    assert "KA: 120 of 120 products would go to zero." in (run.reason or "")


def test_a_silent_code_is_held_also_where_its_manufacturer_has_much_more(stocked: SyncHarness) -> None:
    codes = make_manufacturer("Honda", numbers=[f"H-{number}" for number in range(400)])
    stocked.map_code("HO", codes)
    stocked.map_code("HP", codes)
    both = [part("HO", f"H-{number}") for number in range(300)]
    both += [part("HP", f"H-{number}") for number in range(300, 400)]
    stocked.sync(*reported(MANY), *both)
    run = stocked.sync(*reported(MANY), *both[:300])
    assert (run.reason or "").endswith("HP: 100 of 100 products would go to zero.")


def test_a_small_store_is_never_held(harness: SyncHarness) -> None:
    harness.map_code("KA", make_manufacturer("Kawasaki", numbers=[f"K-{number}" for number in range(99)]))
    harness.sync(*reported(99))
    assert silent(harness).status == "succeeded"
    assert count_in_stock(harness) == 0


@pytest.mark.parametrize("name", ["CLEAR_HOLD_SHARE", "CLEAR_HOLD_MINIMUM"])
def test_a_deployment_can_turn_holding_off(
    stocked: SyncHarness, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setitem(current_app.config, name, 0)
    assert silent(stocked).status == "succeeded"
    assert count_in_stock(stocked) == 0


def test_nothing_is_held_without_a_clearing(stocked: SyncHarness) -> None:
    stocked.change_settings(clear_previous=False)
    assert silent(stocked).status == "succeeded"
    assert (count_in_stock(stocked), states()) == (MANY, [])


def test_the_next_run_confirms_a_hold_by_the_same_response(stocked: SyncHarness) -> None:
    silent(stocked)
    run = silent(stocked)
    assert (run.status, count_in_stock(stocked)) == ("succeeded", 0)
    assert states() == ["confirmed"]


def test_a_response_with_fewer_parts_confirms_nothing(stocked: SyncHarness) -> None:
    stocked.sync(*reported(50))
    assert silent(stocked).status == "partial"
    assert (count_in_stock(stocked), states()) == (MANY, ["overtaken", "held"])


def test_a_complete_fetch_ends_it(stocked: SyncHarness) -> None:
    silent(stocked)
    run = stocked.sync(*reported(119))
    assert (run.status, count_in_stock(stocked), states()) == ("succeeded", 119, ["overtaken"])


def test_a_user_can_apply_it(stocked: SyncHarness) -> None:
    run = stocked.sync(*reported(50))
    stocked.take_outbox()
    clearing = the_held(stocked)
    assert held_clearings.apply_clearing(clearing, None)
    tasks.clear_held(clearing.id)
    assert (count_in_stock(stocked), states()) == (50, ["applied"])
    assert len(stocked.take_outbox()) == 70
    assert stocked.webstore_figures("K-119") == (0, None, None)
    item = stocked.load_item(run, "KA")
    db.session.refresh(item)
    assert (item.cleared, item.changed, item.held) == (70, 70, 0)


def test_it_is_carried_out_once(stocked: SyncHarness) -> None:
    silent(stocked)
    clearing_id = the_held(stocked).id
    held_clearings.apply_clearing(the_held(stocked), None)
    assert clearing_guard.clear_approved(clearing_id)
    stocked.sync(*reported(MANY))
    assert not clearing_guard.clear_approved(clearing_id)
    assert count_in_stock(stocked) == MANY


def test_a_decision_that_a_later_run_overtook_clears_nothing(stocked: SyncHarness) -> None:
    silent(stocked)
    clearing = the_held(stocked)
    held_clearings.apply_clearing(clearing, None)
    stocked.sync(*reported(MANY))
    assert not clearing_guard.clear_approved(clearing.id)
    assert (count_in_stock(stocked), states()) == (MANY, ["overtaken"])


def test_a_user_keeps_the_quantities_while_the_response_stays_the_same(stocked: SyncHarness) -> None:
    silent(stocked)
    assert held_clearings.keep_quantities(the_held(stocked), None)
    runs = [silent(stocked), silent(stocked)]
    assert [run.status for run in runs] == ["succeeded", "succeeded"]
    assert (count_in_stock(stocked), states()) == (MANY, ["kept"])


def test_a_decision_is_made_once(stocked: SyncHarness) -> None:
    silent(stocked)
    clearing = the_held(stocked)
    assert held_clearings.keep_quantities(clearing, None)
    assert not held_clearings.apply_clearing(clearing, None)
    assert states() == ["kept"]


def test_a_decision_lost_by_redis_is_found(stocked: SyncHarness) -> None:
    silent(stocked)
    clearing = the_held(stocked)
    held_clearings.apply_clearing(clearing, None)
    decided = clearing.decided_at
    assert decided is not None
    assert held_clearings.stalled(decided) == []
    assert held_clearings.stalled(decided + 2 * held_clearings.FORGOTTEN_AFTER) == [clearing.id]
