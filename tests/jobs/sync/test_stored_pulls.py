"""A pull that equals the stored one costs nothing, and no change that matters is missed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from sqlalchemy import event, select

from jobs.sync import clearing_guard
from jobs.sync.applying import received
from sandbox.simulator import Behavior
from tests.factories import make_held_clearing, make_manufacturer, make_part_number
from tests.factories.catalog import raise_catalog_version
from tests.factories.rows import save
from tests.sync_harness import SyncHarness, part
from webapp.catalog.importing import import_catalog
from webapp.core import clock
from webapp.extensions import db
from webapp.models import (
    ArrivedPart,
    Manufacturer,
    PartMatch,
    PartNumber,
    Product,
    PullBlock,
    ReportedPart,
    Run,
    ShelfStock,
    StoredPull,
    SupplierCode,
)
from webapp.pulls.entries import unpack
from webapp.supplier_codes import changes
from webapp.supplier_codes.checks import Fields

# Tables of which an unchanged run writes nothing.
UNWRITTEN = (
    "shelf_stock",
    "webstore_figures",
    "reindex_outbox",
    "reindex_batches",
    "pull_blocks",
    "retained_parts",
    "shelf_totals",
    "item_changes",
)


@pytest.fixture
def stocked(harness: SyncHarness) -> SyncHarness:
    """A code with three parts on the shelf, and one that matches nothing."""
    numbers = ["A-1", "A-2", "A-3"]
    harness.map_code("TR", make_manufacturer("Tucker", numbers=numbers), pricing="retail")
    harness.change_settings(clear_previous=True)
    harness.sync(*[part("TR", number, 2) for number in numbers], part("TR", "X-1"))
    return harness


def tucker() -> Manufacturer:
    return db.session.scalars(select(Manufacturer).where(Manufacturer.name == "Tucker")).one()


@contextmanager
def written() -> Iterator[list[str]]:
    """The statements that write inside the block."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().startswith(("INSERT", "UPDATE", "DELETE", "COPY")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_an_unchanged_pull_writes_no_stock_and_has_the_same_counts(stocked: SyncHarness) -> None:
    with written() as statements:
        run = stocked.sync()
    item = stocked.load_item(run, "TR")
    assert (item.fetched, item.synced, item.skipped, item.changed, item.cleared) == (4, 3, 1, 0, 0)
    assert [statement for statement in statements if any(name in statement for name in UNWRITTEN)] == []
    pull = db.session.scalars(select(StoredPull)).one()
    assert (pull.item_id, pull.moment) == (item.id, run.id)


def test_rows_in_another_order_change_nothing(stocked: SyncHarness) -> None:
    rows = [part("TR", number, 2) for number in ("A-3", "A-1", "A-2")]
    with written() as statements:
        run = stocked.sync(part("TR", "X-1"), *rows)
    assert stocked.load_item(run, "TR").changed == 0
    assert [statement for statement in statements if "shelf_stock" in statement] == []


def test_a_part_that_an_import_adds_to_the_catalog_matches_in_the_next_run(stocked: SyncHarness) -> None:
    catalog = (
        "catalog,manufacturer,abbreviation,oem_manufacturer_id,dealer,part_number,brand,mpn,name,msrp\n"
        "aftermarket,Tucker,Tucker,,,X-1,Acme,X-1,Filter,9.99\n"
    )
    db.session.commit()
    import_catalog(BytesIO(catalog.encode()), lambda line, reason: pytest.fail(f"{line}: {reason}"))
    run = stocked.sync()
    assert (stocked.load_item(run, "TR").synced, stocked.load_item(run, "TR").skipped) == (4, 0)
    assert stocked.webstore_figures("X-1")[0] == 1


def test_stock_that_was_cleared_with_its_code_returns_with_it(stocked: SyncHarness) -> None:
    row = db.session.scalars(select(SupplierCode)).one()
    changes.remove(row, clear=True)
    assert stocked.webstore_figures("A-1")[0] == 0
    stocked.map_code("TR", tucker(), pricing="retail")
    stocked.sync()
    assert stocked.webstore_figures("A-1")[0] == 2


def test_stock_that_another_code_cleared_returns_with_the_code_that_had_it(stocked: SyncHarness) -> None:
    """A code that is removed leaves its stock, which the manufacturer's other code clears."""
    stocked.map_code("PU", tucker())
    changes.remove(db.session.scalars(select(SupplierCode).where(SupplierCode.code == "TR")).one(), False)
    rows = [part("TR", number, 2) for number in ("A-1", "A-2", "A-3")]
    stocked.sync(*rows, part("TR", "X-1"), part("PU", "A-2", 5))
    assert stocked.webstore_figures("A-1")[0] == 0
    changes.add(stocked.dealer, Fields("aftermarket", "TR", "Tucker", pricing="retail"))
    stocked.sync()
    assert stocked.webstore_figures("A-1")[0] == 2


def test_another_order_of_the_codes_applies_nothing_again(stocked: SyncHarness) -> None:
    stocked.map_code("PU", tucker())
    stocked.sync(*[part("TR", number, 2) for number in ("A-1", "A-2", "A-3")], part("PU", "A-1", 1))
    changes.move(db.session.scalars(select(SupplierCode).where(SupplierCode.code == "PU")).one(), -1)
    with written() as statements:
        stocked.sync()
    assert [statement for statement in statements if any(name in statement for name in UNWRITTEN)] == []


@pytest.mark.parametrize(
    ("fields", "figures"),
    [({"lead_time_days": 9}, (2, 1000, 9)), ({"pricing": "current_active"}, (2, 850, 1))],
    ids=["lead time", "pricing"],
)
def test_a_changed_mapping_applies_to_the_same_rows(
    stocked: SyncHarness, fields: dict[str, Any], figures: tuple[int, int, int]
) -> None:
    row = db.session.scalars(select(SupplierCode)).one()
    for name, value in fields.items():
        setattr(row, name, value)
    db.session.commit()
    stocked.sync()
    assert stocked.webstore_figures("A-1") == figures


def test_the_other_quantity_column_applies_to_the_same_rows(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.sync(part("TR", "A-1", 5, Avail=3))
    harness.change_settings(quantity_column="available")
    harness.sync()
    assert harness.webstore_figures("A-1")[0] == 3


def test_a_part_goes_that_became_too_old_since_the_last_pull(stocked: SyncHarness) -> None:
    """The rows are the same, but the day is another one (R9, R10)."""
    old = (clock.now() - timedelta(days=364)).strftime("%Y-%m-%dT%H:%M:%S")
    rows = [part("TR", "A-1", 2, lastupdatedate=old), part("TR", "A-2", 2), part("TR", "A-3", 2)]
    stocked.simulator.switches = Behavior(filtering="ignored")
    stocked.sync(*rows)
    assert stocked.webstore_figures("A-1")[0] == 2
    with time_machine.travel(clock.now() + timedelta(days=3), tick=True):
        run = stocked.sync()
        assert stocked.load_item(run, "TR").skipped == 1
        assert [stocked.webstore_figures(number)[0] for number in ("A-1", "A-2")] == [0, 2]


def test_only_blocks_that_differ_are_written(harness: SyncHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.sync.applying.new_blocks.BLOCK_ROWS", 10)
    numbers = [f"P-{number:03}" for number in range(100)]
    harness.map_code("TR", make_manufacturer("Tucker", numbers=numbers))
    rows = [part("TR", number, 2) for number in numbers]
    first = harness.load_item(harness.sync(*rows), "TR").id
    rows[55] = part("TR", "P-055", 7)
    second = harness.load_item(harness.sync(*rows), "TR").id
    written_by = db.session.execute(select(PullBlock.first_key, PullBlock.item_id)).all()
    assert [key for key, item_id in written_by if item_id == second] == ["p-050"]
    assert {item_id for _, item_id in written_by} == {first, second}
    assert harness.webstore_figures("P-055")[0] == 7


def test_each_block_has_the_digest_and_the_counts_of_its_own_rows(stocked: SyncHarness) -> None:
    before = db.session.scalars(select(PullBlock.digest)).all()
    stocked.sync(*[part("TR", number, 3) for number in ("A-1", "A-2", "A-3")], part("TR", "X-1"))
    (block,) = db.session.scalars(select(PullBlock))
    entries = unpack(block.body)
    assert before != [block.digest] == [received.digest_of([entry.raw for entry in entries])]
    assert (block.synced, block.reasons, block.rows) == (3, {"unmatched": 1}, 4)


def test_numbers_of_any_size_can_be_stored(stocked: SyncHarness) -> None:
    run = stocked.sync(part("TR", "A-1", 2), part("TR", "A-2", 10**30))
    item = stocked.load_item(run, "TR")
    assert (item.status, item.synced, item.skipped) == ("succeeded", 1, 1)
    assert stocked.webstore_figures("A-2")[0] == 2


def test_rows_beyond_those_kept_in_memory_come_in_the_same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(f"{number * 7919 % 100:03}", f"row {number}") for number in range(1_000)]

    def in_order(in_memory: int) -> list[str]:
        monkeypatch.setattr(received, "IN_MEMORY", in_memory)
        monkeypatch.setattr(received, "rows_of", lambda page: page.rows)
        pull = received.ReceivedRows()
        for first in range(0, len(rows), 100):
            pull.add(SimpleNamespace(rows=rows[first : first + 100], parts=[]))  # type: ignore[arg-type]
        found = [raw[1] for _, raw in pull.in_key_order()]
        pull.close()
        return found

    assert in_order(70) == in_order(10_000)


def legacy_pull(run: Run) -> None:
    """Move a run's stored pull to the tables of earlier versions."""
    item = run.items[0]
    maker = tucker()
    for place, product in enumerate(db.session.scalars(select(ShelfStock.product_id)).all(), start=1):
        names = {"part_number": f"A-{place}", "key": f"a-{place}", "bare_key": f"a{place}"}
        row = save(ReportedPart(run_item_id=item.id, quantity=2, **names))
        ids = {"run_item_id": item.id, "reported_part_id": row.id, "product_id": product}
        save(PartMatch(**ids, manufacturer_id=maker.id, since_run_id=run.id))
    for model in (PullBlock, StoredPull):
        db.session.execute(db.delete(model))
    db.session.commit()


def test_the_first_pull_after_the_upgrade_knows_the_last_one_before(stocked: SyncHarness) -> None:
    run = db.session.scalars(select(Run)).one()
    legacy_pull(run)
    stocked.simulator.switches = Behavior(filtering="ignored")
    run = stocked.sync(part("TR", "A-1", 5), part("TR", "A-2", lastupdatedate=None))
    item = stocked.load_item(run, "TR")
    assert (item.status, item.synced, item.kept, item.cleared) == ("succeeded", 1, 1, 1)
    assert [stocked.webstore_figures(number)[0] for number in ("A-1", "A-2", "A-3")] == [5, 2, 0]
    assert db.session.scalars(select(ReportedPart.id)).all() == []
    assert db.session.scalars(select(PartMatch.product_id)).all() == []


def test_arrivals_of_before_the_upgrade_are_kept_where_a_manufacturer_is_shared(
    stocked: SyncHarness,
) -> None:
    stocked.map_code("TRX", tucker())
    run = db.session.scalars(select(Run)).one()
    legacy_pull(run)
    stocked.sync(part("TR", "A-1", 5), part("TR", "A-2", 2))
    since = db.session.execute(select(ArrivedPart.key, ArrivedPart.since_run_id)).all()
    assert sorted(tuple(row) for row in since) == [("a-1", run.id), ("a-2", run.id)]


def test_the_outbox_names_only_what_differs(stocked: SyncHarness) -> None:
    stocked.take_outbox()
    stocked.sync(part("TR", "A-1", 3), part("TR", "A-2", 2), part("TR", "A-3", 2), part("TR", "X-1"))
    assert stocked.take_outbox() == ["A-1"]


def test_a_part_kept_on_its_former_product_counts_when_another_part_of_it_changes(
    harness: SyncHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import moved A-1 to another product while its row could not be used (R10)."""
    monkeypatch.setattr("jobs.sync.applying.new_blocks.BLOCK_ROWS", 1)
    maker = make_manufacturer("Tucker", numbers=["A-1", "B-1"])
    product = db.session.scalars(select(Product).where(Product.mpn == "A-1")).one()
    other = db.session.scalars(select(Product).where(Product.mpn == "B-1")).one()
    make_part_number(maker, product, "Z-9")
    harness.map_code("TR", maker)
    harness.simulator.switches = Behavior(filtering="ignored")
    harness.sync(part("TR", "A-1", 4), part("TR", "Z-9", 3))
    number = db.session.scalars(select(PartNumber).where(PartNumber.key == "a-1")).one()
    number.product_id = other.id
    raise_catalog_version()
    undated = part("TR", "A-1", 4, lastupdatedate=None)
    harness.sync(undated, part("TR", "Z-9", 3))
    harness.sync(undated, part("TR", "Z-9", 5))
    assert harness.webstore_figures("A-1")[0] == 9


def test_a_clearing_that_was_held_before_the_upgrade_can_be_approved(stocked: SyncHarness) -> None:
    run = db.session.scalars(select(Run)).one()
    legacy_pull(run)
    row = db.session.scalars(select(PartMatch).order_by(PartMatch.reported_part_id.desc()).limit(1)).one()
    db.session.delete(row)
    held = make_held_clearing(run.items[0], 1, 3, state="applying")
    assert clearing_guard.clear_approved(held.id)
    assert [stocked.webstore_figures(number)[0] for number in ("A-1", "A-2", "A-3")] == [2, 2, 0]
