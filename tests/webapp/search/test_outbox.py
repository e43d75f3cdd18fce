from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.factories import make_dealer, make_product, make_shelf_stock
from webapp.extensions import db
from webapp.models import OutboxBatch, OutboxEntry
from webapp.search import noted_products, outbox, reindexing


def shelve_unindexed(dealer, honda, count):
    return [put(dealer, honda, make_product(honda, f"N{number:03}", name="Chain")) for number in range(count)]


def put(dealer, honda, product, quantity=1):
    make_shelf_stock(dealer, product, honda, quantity=quantity)
    return product


def test_a_drain_writes_the_noted_products_and_deletes_the_entries(dealer, honda, search):
    shelve_unindexed(dealer, honda, 3)
    assert outbox.pending() == 3
    assert search("chain") == []
    assert outbox.drain() == 3
    assert outbox.pending() == 0
    assert search("chain") == ["N000", "N001", "N002"]
    assert outbox.drain() == 0


@pytest.fixture
def noted_together(dealer, honda, monkeypatch):
    """Five products that a run noted, at most two in a row, and one that was noted by itself."""
    monkeypatch.setattr(noted_products, "BATCH", 2)
    ids = [row.id for row in shelve_unindexed(dealer, honda, 5)]
    db.session.execute(db.delete(OutboxEntry))
    noted_products.note(db.session.connection(), dealer.id, ids)
    put(dealer, honda, make_product(honda, "ALONE", name="Chain"))


@pytest.mark.usefixtures("noted_together")
def test_products_that_a_run_noted_together_are_drained_with_the_others(search):
    assert db.session.scalars(db.select(OutboxBatch.products)).all() == [2, 2, 1]
    assert outbox.pending() == 6
    assert (outbox.drain(), outbox.pending()) == (6, 0)
    assert len(search("chain")) == 6
    assert reindexing.differences() == 0


@pytest.mark.usefixtures("noted_together")
@pytest.mark.parametrize("limit", [1, 2, 3, 6, 100])
def test_each_transaction_of_a_drain_takes_about_as_many_products_as_it_may(limit):
    taken = []
    while noted := noted_products.take(db.session.connection(), limit):
        taken.append(len(noted))
    assert sum(taken) == 6
    assert max(taken) <= limit + 1


@pytest.mark.usefixtures("noted_together")
def test_a_drain_that_fails_keeps_what_was_noted_together(search):
    db.session.execute(text("ALTER TABLE webstore_documents RENAME TO elsewhere"))
    db.session.commit()
    with pytest.raises(DBAPIError):
        outbox.drain(limit=2)
    db.session.rollback()
    assert outbox.pending() == 6
    db.session.execute(text("ALTER TABLE elsewhere RENAME TO webstore_documents"))
    db.session.commit()
    assert outbox.drain() == 6
    assert len(search("chain")) == 6


def test_several_outbox_entries_of_a_product_write_one_document(dealer, honda):
    (product,) = shelve_unindexed(dealer, honda, 1)
    put(dealer, honda, product, quantity=5)
    put(dealer, honda, product, quantity=7)
    assert (outbox.pending(), outbox.drain()) == (3, 1)
    assert reindexing.differences() == 0


def test_batches_are_drained_until_none_is_left(dealer, honda):
    shelve_unindexed(dealer, honda, 7)
    assert outbox.drain(limit=3) == 7
    assert (outbox.pending(), reindexing.differences()) == (0, 0)


def test_outbox_entries_of_several_dealers_are_drained_together(dealer, honda, search):
    other = make_dealer("Summit")
    (product,) = shelve_unindexed(dealer, honda, 1)
    put(other, honda, product, quantity=9)
    assert outbox.drain() == 2
    assert search("chain", of=other) == ["N000"]
    assert reindexing.differences() == 0


def test_an_outbox_entry_that_is_committed_late_is_not_lost(dealer, honda, search):
    first = shelve_unindexed(dealer, honda, 2)[0]
    db.session.query(OutboxEntry).filter_by(product_id=first.id).delete()
    outbox.drain()
    assert search("chain") == ["N001"]
    db.session.add(OutboxEntry(id=1, dealer_id=dealer.id, product_id=first.id))
    db.session.commit()
    assert outbox.drain() == 1
    assert search("chain") == ["N000", "N001"]


def test_an_outbox_entry_of_a_product_without_figures_removes_its_document(dealer, honda, search):
    (product,) = shelve_unindexed(dealer, honda, 1)
    outbox.drain()
    db.session.execute(text("DELETE FROM webstore_figures"))
    db.session.add(OutboxEntry(dealer_id=dealer.id, product_id=product.id))
    db.session.commit()
    assert outbox.drain() == 0
    assert search("chain") == []


def test_a_changed_product_is_found_by_its_new_words_and_not_by_its_old_ones(dealer, honda, search):
    (product,) = shelve_unindexed(dealer, honda, 1)
    outbox.drain()
    product.name, product.mpn = "Belt", "X-1"
    db.session.add(OutboxEntry(dealer_id=dealer.id, product_id=product.id))
    db.session.commit()
    outbox.drain()
    assert search("chain") == []
    assert search("belt x1") == ["X-1"]
    # The part number stays what it was.
    assert search("N000") == ["X-1"]


def test_a_drain_that_fails_loses_nothing(dealer, honda, search):
    shelve_unindexed(dealer, honda, 5)
    db.session.execute(text("ALTER TABLE webstore_documents RENAME TO elsewhere"))
    db.session.commit()
    with pytest.raises(DBAPIError):
        outbox.drain(limit=2)
    db.session.rollback()
    assert outbox.pending() == 5
    db.session.execute(text("ALTER TABLE elsewhere RENAME TO webstore_documents"))
    db.session.commit()
    assert outbox.drain() == 5
    assert len(search("chain")) == 5


def test_concurrent_drains_write_each_document_in_its_current_state(app: Flask, dealer, honda):
    shelve_unindexed(dealer, honda, 40)
    db.session.commit()
    barrier = Barrier(3)

    def drain() -> int:
        with app.app_context():
            barrier.wait()
            return outbox.drain(limit=5)

    with ThreadPoolExecutor(3) as workers:
        written = [future.result() for future in [workers.submit(drain) for _ in range(3)]]
    assert sum(written) == 40
    assert (outbox.pending(), reindexing.differences()) == (0, 0)


def test_a_drain_waits_for_another_to_end(app: Flask, dealer, honda, search):
    """Else the one that read a product first could write it last."""
    shelve_unindexed(dealer, honda, 1)
    outbox.lock_index(db.session.connection())
    drained = Event()

    def drain() -> None:
        with app.app_context():
            outbox.drain()
            drained.set()

    with ThreadPoolExecutor(1) as workers:
        done = workers.submit(drain)
        assert not drained.wait(0.3)
        db.session.commit()
        done.result(timeout=30)
    assert search("chain") == ["N000"]


def test_waking_without_a_redis_says_so(app: Flask):
    assert outbox.enqueue_drain() is False


def test_a_search_need_not_read_what_was_written_one_by_one(shelve):
    shelve("1")
    if db.engine.dialect.name == "postgresql":
        left = text("SELECT sum(gin_clean_pending_list(relid)) FROM pg_partition_tree(:index) WHERE isleaf")
        assert db.session.scalar(left, {"index": "webstore_documents_words"}) == 0
