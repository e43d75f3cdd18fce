from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.factories import make_dealer, make_manufacturer, make_product, make_shelf_stock
from webapp.extensions import db
from webapp.models import Dealer, Manufacturer, Product
from webapp.search import outbox
from webapp.search.search_index import search_index


@pytest.fixture
def dealer(app: Flask) -> Dealer:
    return make_dealer()


@pytest.fixture
def honda(app: Flask) -> Manufacturer:
    return make_manufacturer("Honda", "oem")


@pytest.fixture
def shelve(dealer: Dealer, honda: Manufacturer) -> Callable[..., Product]:
    """Adds a product, puts it on the dealer's shelf, and indexes it."""

    def shelve(number: str, quantity: int = 1, price: int | None = None, **fields: str) -> Product:
        product = make_product(honda, number, **fields)
        make_shelf_stock(dealer, product, honda, quantity=quantity, price=price)
        outbox.drain()
        return product

    return shelve


@pytest.fixture
def search(dealer: Dealer) -> Callable[..., list[str]]:
    """The MPNs that the dealer finds, in order."""

    def search(words: str, limit: int = 20, of: Dealer | None = None) -> list[str]:
        index = search_index(db.session.connection())
        found = [document.mpn for document in index.search((of or dealer).id, words, limit)]
        db.session.commit()
        return found

    return search
