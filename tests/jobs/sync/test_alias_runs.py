"""Aliases: matched after exact part numbers, and applied from stored pulls without a request (R22)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from jobs.sync import alias_runs, lease, run_plan, run_sync
from jobs.sync.interruption import RunInterrupted
from tests.factories import make_held_clearing, make_manufacturer, make_part_number
from tests.factories.catalog import raise_catalog_version
from tests.jobs.sync.holds import states
from tests.sync_harness import SyncHarness, part
from webapp.core import clock
from webapp.extensions import db
from webapp.matching import aliases
from webapp.matching.aliases import NewAlias
from webapp.models import Alias, Manufacturer, PartNumber, Product, RecentRuns, Run, StoredPull
from webapp.runs import lifecycle


@pytest.fixture
def skipping(harness: SyncHarness) -> SyncHarness:
    """A code with one part on the shelf, and one that differs from the catalog's by its punctuation."""
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1", "B-2"]), pricing="retail")
    harness.sync(part("TR", "A-1", 2), part("TR", "B2", 3))
    return harness


def accept(harness: SyncHarness, number: str, target: str, maker: str = "Tucker") -> Run | None:
    """Make an alias, as accepting a candidate does."""
    row = db.session.execute(
        select(PartNumber.manufacturer_id, PartNumber.product_id, PartNumber.part_number)
        .join(Manufacturer, Manufacturer.id == PartNumber.manufacturer_id)
        .where(Manufacturer.name == maker, PartNumber.part_number == target)
    ).one()
    new = NewAlias(row.manufacturer_id, number, row.product_id, row.part_number, "punctuation")
    return aliases.add(harness.dealer, [new]).run


def execute(harness: SyncHarness, run: Run | None) -> Run:
    assert run is not None
    run_id = run.id
    assert run_sync.execute(run_id, harness.run_context())
    return harness.load_run(run_id)


def test_accepting_takes_effect_from_the_stored_pull_without_a_request(skipping: SyncHarness) -> None:
    asked = len(skipping.simulator.requests)
    run = execute(skipping, accept(skipping, "B2", "B-2"))
    assert (run.status, run.trigger) == ("succeeded", "alias")
    assert skipping.shelf_quantities() == {("TR", "A-1"): 2, ("TR", "B-2"): 3}
    assert skipping.webstore_figures("B-2") == (3, 1000, 1)
    assert len(skipping.simulator.requests) == asked
    item = skipping.load_item(run, "TR")
    assert (item.fetched, item.synced, item.skipped, item.changed, item.requests) == (2, 2, 0, 1, 0)
    rows = {row["part_number"]: row for row in skipping.report_rows(run, "inventory")}
    assert (rows["B2"]["mpn"], rows["B2"]["change"]) == ("B-2", "new")
    assert skipping.report_rows(run, "skipped") == []


def test_the_next_run_with_the_same_parts_finds_nothing_to_do(skipping: SyncHarness) -> None:
    execute(skipping, accept(skipping, "B2", "B-2"))
    pull = db.session.scalars(select(StoredPull)).one()
    basis, digest = pull.basis, pull.digest
    run = skipping.sync()
    item = skipping.load_item(run, "TR")
    assert (item.synced, item.skipped, item.changed) == (2, 0, 0)
    pull = db.session.scalars(select(StoredPull)).one()
    assert (pull.basis, pull.digest) == (basis, digest)


def test_later_runs_match_by_the_alias(skipping: SyncHarness) -> None:
    execute(skipping, accept(skipping, "B2", "B-2"))
    skipping.sync(part("TR", "A-1", 2), part("TR", " b2", 7))
    assert skipping.shelf_quantities()["TR", "B-2"] == 7


def test_an_exact_part_number_comes_before_an_alias(skipping: SyncHarness) -> None:
    run = accept(skipping, "B2", "A-1")
    product = db.session.scalars(select(Product).where(Product.mpn == "B-2")).one()
    make_part_number(db.session.scalars(select(Manufacturer)).one(), product, "B2")
    raise_catalog_version()
    execute(skipping, run)
    assert skipping.shelf_quantities() == {("TR", "A-1"): 2, ("TR", "B-2"): 3}


def test_several_part_numbers_of_one_product_add_up(skipping: SyncHarness) -> None:
    execute(skipping, accept(skipping, "B2", "A-1"))
    assert skipping.shelf_quantities() == {("TR", "A-1"): 5}


def test_an_alias_without_a_product_in_the_catalog_has_no_effect(skipping: SyncHarness) -> None:
    run = accept(skipping, "B2", "B-2")
    db.session.delete(db.session.scalars(select(PartNumber).where(PartNumber.part_number == "B-2")).one())
    raise_catalog_version()
    execute(skipping, run)
    assert skipping.shelf_quantities() == {("TR", "A-1"): 2}


def test_a_removed_alias_matches_no_more(skipping: SyncHarness) -> None:
    skipping.change_settings(clear_previous=True)
    execute(skipping, accept(skipping, "B2", "B-2"))
    ids = list(db.session.scalars(select(Alias.id)))
    execute(skipping, aliases.remove(skipping.dealer, ids).run)
    assert skipping.shelf_quantities() == {("TR", "A-1"): 2, ("TR", "B-2"): 0}


def test_an_alias_counts_for_its_dealer_and_manufacturer_only(skipping: SyncHarness) -> None:
    first = skipping.dealer
    skipping.map_code("WP", make_manufacturer("Western", numbers=["B-2"]))
    skipping.dealer = skipping.add_dealer("Summit", "4711")
    skipping.map_code(
        "TR", db.session.scalars(select(Manufacturer).where(Manufacturer.name == "Tucker")).one()
    )
    accept(skipping, "B2", "B-2")
    skipping.dealer = first
    run = skipping.sync(part("TR", "A-1", 2), part("TR", "B2", 3), part("WP", "B2", 1))
    assert skipping.load_item(run, "TR").skipped == skipping.load_item(run, "WP").skipped == 1


def test_codes_of_other_manufacturers_are_left_as_they_are(skipping: SyncHarness) -> None:
    skipping.change_settings(clear_previous=True)
    skipping.map_code("WP", make_manufacturer("Western", numbers=["W-1"]))
    skipping.sync(part("TR", "A-1", 2), part("TR", "B2", 3), part("WP", "W-1", 4))
    run = execute(skipping, accept(skipping, "B2", "B-2"))
    assert skipping.load_item(run, "WP").error == alias_runs.NOT_CONCERNED
    assert skipping.shelf_quantities() == {("TR", "A-1"): 2, ("TR", "B-2"): 3, ("WP", "W-1"): 4}


def test_a_change_during_a_run_takes_effect_in_it_or_by_the_tick_after_it(skipping: SyncHarness) -> None:
    active = lifecycle.record(skipping.dealer, "command").run
    assert accept(skipping, "B2", "B-2") is None
    assert alias_runs.start_pending(clock.now()) == 0
    execute(skipping, active)
    assert skipping.shelf_quantities()["TR", "B-2"] == 3
    assert alias_runs.start_pending(clock.now()) == 1
    run = execute(skipping, lifecycle.active(skipping.dealer.id))
    assert skipping.load_item(run, "TR").changed == 0
    assert alias_runs.start_pending(clock.now()) == 0


def test_the_tick_starts_none_soon_after_a_cancelled_one(skipping: SyncHarness) -> None:
    run = accept(skipping, "B2", "B-2")
    assert run is not None
    lifecycle.cancel(run)
    assert alias_runs.start_pending(clock.now()) == 0
    assert alias_runs.start_pending(clock.now() + timedelta(hours=2)) == 1


def test_another_worker_finishes_a_run_whose_worker_died(skipping: SyncHarness) -> None:
    run = accept(skipping, "B2", "B-2")
    assert run is not None
    run_id = run.id
    dead = lease.acquire(run_id)
    assert dead is not None
    run_plan.open_run(dead)
    db.session.execute(update(Run).values(heartbeat_at=clock.now() - timedelta(minutes=5)))
    db.session.commit()
    assert run_sync.execute(run_id, skipping.run_context())
    assert skipping.load_run(run_id).status == "succeeded"
    assert skipping.shelf_quantities()["TR", "B-2"] == 3
    with pytest.raises(RunInterrupted):
        lease.renew(dead)


def test_a_held_clearing_is_not_confirmed_by_the_same_pull_again(skipping: SyncHarness) -> None:
    item = skipping.load_item(db.session.scalars(select(Run)).one(), "TR")
    make_held_clearing(item)
    run = execute(skipping, accept(skipping, "B2", "B-2"))
    assert (skipping.load_item(run, "TR").changed, states()) == (1, ["held"])
    assert skipping.shelf_quantities()["TR", "B-2"] == 3


def test_a_pull_of_the_other_quantity_column_is_not_applied(skipping: SyncHarness) -> None:
    skipping.change_settings(quantity_column="available")
    run = execute(skipping, accept(skipping, "B2", "B-2"))
    assert skipping.load_item(run, "TR").error == alias_runs.OTHER_COLUMN
    assert skipping.shelf_quantities() == {("TR", "A-1"): 2}


def test_it_needs_no_login_also_while_others_wait(skipping: SyncHarness) -> None:
    first = skipping.dealer
    run = accept(skipping, "B2", "B-2")
    skipping.configuration.sealed_password = None
    skipping.dealer = skipping.add_dealer("Summit", "4711")
    skipping.configuration.username = "another"
    lifecycle.record(skipping.dealer, "command")
    skipping.dealer = first
    assert run is not None
    assert run_sync.execute(run.id, skipping.run_context(slice_seconds=60.0))
    assert skipping.load_run(run.id).status == "succeeded"


def test_the_data_is_as_old_as_before(skipping: SyncHarness) -> None:
    gathered = (clock.now()).strftime("%Y-%m-%dT%H:%M:%S")
    before = skipping.sync(part("TR", "A-1", 2), part("TR", "B2", 3, DateGathered=gathered))
    dates = [skipping.load_item(before, "TR").gathered_at, skipping.load_item(before, "TR").gathered_from]
    assert None not in dates
    run = execute(skipping, accept(skipping, "B2", "B-2"))
    item = skipping.load_item(run, "TR")
    assert [item.gathered_at, item.gathered_from] == dates


def test_it_does_not_count_as_an_update(skipping: SyncHarness) -> None:
    last = db.session.scalars(select(RecentRuns)).one()
    before = (last.last_id, last.succeeded_at)
    execute(skipping, accept(skipping, "B2", "B-2"))
    db.session.expire_all()
    last = db.session.scalars(select(RecentRuns)).one()
    assert (last.last_id, last.succeeded_at) == before
