from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from flask import Flask
from sqlalchemy import update

from tests.factories import make_product, make_shelf_stock
from tests.webapp.webstore import webstore_figures
from webapp.extensions import db
from webapp.models import ShelfStock
from webapp.search import figures, outbox, reindexing


@pytest.fixture
def product(dealer, honda):
    product = make_product(honda, "1")
    for code in "AB":
        make_shelf_stock(dealer, product, honda, code, quantity=1)
    return product


def change(code: str, quantity: int) -> None:
    db.session.execute(update(ShelfStock).where(ShelfStock.code == code).values(quantity=quantity))


def test_two_concurrent_changes_of_one_product_add_up(app: Flask, dealer, product):
    dealer_id, written, done = dealer.id, Event(), Event()
    db.session.commit()

    def change_a() -> None:
        with app.app_context():
            change("A", 5)
            figures.refresh(db.session(), dealer_id, figures.OF_DEALER)
            written.set()
            # As long as the other would need to read what is not committed yet.
            done.wait(0.3)
            db.session.commit()

    def change_b() -> None:
        with app.app_context():
            written.wait(30)
            change("B", 0)
            figures.refresh(db.session(), dealer_id, figures.OF_DEALER)
            done.set()
            db.session.commit()

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(change_a), pool.submit(change_b)]:
            future.result(timeout=30)
    assert webstore_figures(dealer, product)[0] == 5
    outbox.drain()
    assert reindexing.differences() == 0
