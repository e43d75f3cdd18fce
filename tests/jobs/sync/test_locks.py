"""Locks on products override what runs result in, until they end (R28)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories import make_manufacturer, make_part_number
from tests.sync_harness import SyncHarness, part
from webapp.core import clock
from webapp.extensions import db
from webapp.locks import locking
from webapp.locks.locking import LockValues
from webapp.models import Manufacturer, Product, ProductLock, ShelfTotal
from webapp.pulls.stored_changes import changes_of
from webapp.runs import run_locks
from webapp.search import outbox, reindexing
from webapp.search.search_index import search_index
from webapp.supplier_codes import changes


@pytest.fixture
def tucker(harness: SyncHarness) -> Manufacturer:
    maker = make_manufacturer("Tucker", numbers=["A-1", "A-2"])
    harness.map_code("TR", maker, lead_time_days=3, pricing="retail")
    return maker


def product_of(mpn: str) -> Product:
    return db.session.scalars(select(Product).where(Product.mpn == mpn)).one()


def lock(harness: SyncHarness, mpn: str, **values: object) -> None:
    wanted = {product_of(mpn).id: LockValues(**values)}  # type: ignore[arg-type]
    locking.set_locks(harness.dealer, wanted, None)


def unlock(harness: SyncHarness) -> None:
    locking.remove(harness.dealer, list(db.session.scalars(select(ProductLock.id))), None)


def found(harness: SyncHarness, words: str) -> list[str]:
    outbox.drain()
    assert reindexing.differences() == 0
    documents = search_index(db.session.connection()).search(harness.dealer.id, words, 10)
    db.session.rollback()
    return [document.mpn for document in documents]


def totals() -> tuple[int, int]:
    row = db.session.scalars(select(ShelfTotal).execution_options(populate_existing=True)).one()
    return row.products, row.pieces


@pytest.mark.usefixtures("tucker")
@pytest.mark.parametrize(
    ("values", "up", "gone"),
    [
        ({"quantity": 5}, (5, 2000, 3), (5, 2000, 3)),
        ({"quantity": 0}, (0, None, None), (0, None, None)),
        ({"sale_price_cents": 995}, (7, 995, 3), (0, None, None)),
        ({"lead_time_days": 0}, (7, 2000, 0), (0, None, None)),
        ({"quantity": 5, "sale_price_cents": 1, "lead_time_days": 9}, (5, 1, 9), (5, 1, 9)),
        ({"is_hidden": True, "quantity": 5}, (0, None, None), (0, None, None)),
    ],
)
def test_a_lock_stays_while_runs_change_and_clear_the_stock(
    harness: SyncHarness, values: dict[str, object], up: object, gone: object
) -> None:
    harness.change_settings(clear_previous=True)
    harness.sync(part("TR", "A-1", 3), part("TR", "A-2", 1))
    lock(harness, "A-1", **values)
    harness.sync(part("TR", "A-1", 7, Retail=20), part("TR", "A-2", 1))
    assert (harness.webstore_figures("A-1"), harness.shelf_stock("TR", "A-1").quantity) == (up, 7)
    harness.sync(part("TR", "A-2", 1))
    assert (harness.webstore_figures("A-1"), harness.shelf_stock("TR", "A-1").quantity) == (gone, 0)
    harness.sync(part("TR", "A-1", 8), part("TR", "A-2", 1))
    unlock(harness)
    assert harness.webstore_figures("A-1") == (8, 1000, 3)
    assert totals() == (2, 9)


@pytest.mark.usefixtures("tucker")
def test_a_run_keeps_what_it_would_have_done(harness: SyncHarness) -> None:
    harness.sync(part("TR", "A-1", 3))
    lock(harness, "A-1", quantity=5)
    run = harness.sync(part("TR", "A-1", 4))
    item = harness.load_item(run, "TR")
    (change, _cause), *_ = changes_of(db.session.connection(), item.id)
    assert (change.before.quantity, change.after.quantity, item.changed) == (3, 4, 0)
    # The page of the run marks the change by the lock of that time.
    assert list(run_locks.locks_of(run, [change.place.product_id])) == [change.place.product_id]
    unlock(harness)
    assert run_locks.locks_of(harness.sync(part("TR", "A-1", 5)), [change.place.product_id]) == {}


@pytest.mark.usefixtures("tucker")
def test_a_hidden_product_is_not_in_the_search_index_until_its_lock_ends(harness: SyncHarness) -> None:
    harness.sync(part("TR", "A-1", 3), part("TR", "A-2", 1))
    assert found(harness, "A-1") == ["A-1"]
    lock(harness, "A-1", is_hidden=True)
    assert found(harness, "A-1") == []
    harness.sync(part("TR", "A-1", 4), part("TR", "A-2", 1))
    assert found(harness, "A-1") == []
    unlock(harness)
    assert found(harness, "A-1") == ["A-1"]


@pytest.mark.usefixtures("tucker")
def test_a_product_out_of_stock_is_hidden_and_shown_again(harness: SyncHarness) -> None:
    harness.change_settings(clear_previous=True)
    harness.sync(part("TR", "A-1", 3), part("TR", "A-2", 1))
    harness.sync(part("TR", "A-2", 1))
    lock(harness, "A-1", is_hidden=True)
    assert found(harness, "A-1") == []
    unlock(harness)
    assert found(harness, "A-1") == ["A-1"]


@pytest.mark.usefixtures("tucker")
def test_a_product_never_in_stock_is_sold_by_a_locked_quantity(harness: SyncHarness) -> None:
    lock(harness, "A-1", quantity=5, sale_price_cents=100)
    assert (harness.webstore_figures("A-1"), totals(), found(harness, "A-1")) == (
        (5, 100, 1),
        (1, 5),
        ["A-1"],
    )
    harness.sync(part("TR", "A-1", 2), part("TR", "A-2", 1))
    assert (harness.webstore_figures("A-1"), totals()) == ((5, 100, 3), (2, 6))
    unlock(harness)
    assert (harness.webstore_figures("A-1"), totals()) == ((2, 1000, 3), (2, 3))


@pytest.mark.usefixtures("tucker")
@pytest.mark.parametrize("has_tick", [True, False])
def test_a_run_ignores_a_lock_whose_time_is_over(harness: SyncHarness, has_tick: bool) -> None:
    lock(harness, "A-1", quantity=5)
    lock(harness, "A-2", is_hidden=True)
    past = clock.now() - timedelta(seconds=1)
    db.session.execute(db.update(ProductLock).values(until=past))
    db.session.commit()
    if has_tick:
        assert locking.expire(clock.now()) == 2
        assert harness.webstore_figures("A-1") == (0, None, None)
    harness.sync(part("TR", "A-1", 2), part("TR", "A-2", 1))
    assert (harness.webstore_figures("A-1"), totals()) == ((2, 1000, 3), (2, 3))
    assert locking.expire(clock.now()) == (0 if has_tick else 2)
    assert found(harness, "A-2") == ["A-2"]
    endings = db.session.execute(select(ProductLock.ended_how, ProductLock.ended_by_id)).all()
    assert endings == [("expired", None)] * 2


@pytest.mark.usefixtures("tucker")
def test_a_new_code_adds_to_the_stock_but_not_to_a_locked_quantity(harness: SyncHarness) -> None:
    western = make_manufacturer("Western")
    make_part_number(western, product_of("A-1"), "W-1")
    harness.sync(part("TR", "A-1", 3))
    lock(harness, "A-1", quantity=5)
    row = harness.map_code("WP", western, lead_time_days=1, pricing="retail")
    harness.sync(part("TR", "A-1", 3), part("WP", "W-1", 4, Retail=30))
    # Price and lead time follow the codes: only the quantity is locked.
    assert harness.webstore_figures("A-1") == (5, 1000, 1)
    changes.remove(row, clear=True)
    assert harness.webstore_figures("A-1") == (5, 1000, 3)
    unlock(harness)
    assert harness.webstore_figures("A-1") == (3, 1000, 3)
