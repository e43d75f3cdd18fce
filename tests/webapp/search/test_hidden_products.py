"""A product that a lock hides is found by its dealer, and by no shopper (R28)."""

from __future__ import annotations

import pytest

from tests.factories import make_manufacturer
from tests.factories.shelf import make_indexed_product
from tests.webapp.client import LintingClient
from webapp.extensions import db
from webapp.locks import locking
from webapp.locks.locking import LockValues
from webapp.models import Dealer, Manufacturer, Product
from webapp.search import hidden_products, outbox


@pytest.fixture
def honda(dealer: Dealer) -> Manufacturer:
    return make_manufacturer("Honda", "oem")


@pytest.fixture
def hidden(dealer: Dealer, honda: Manufacturer) -> Product:
    """A hidden chain beside a belt and another chain."""
    product = make_indexed_product(dealer, honda, "06455-MGE-006", name="Drive chain")
    make_indexed_product(dealer, honda, "06455-MGE-007", name="Other chain")
    make_indexed_product(dealer, honda, "B-1", name="Belt")
    locking.set_locks(dealer, {product.id: LockValues(is_hidden=True, reason="Recall")}, None)
    outbox.drain()
    return product


def numbers(dealer: Dealer, words: str, limit: int = 10) -> list[str]:
    found = hidden_products.search_all(db.session.connection(), dealer.id, words, limit)
    return [document.mpn for document in found]


@pytest.mark.parametrize(
    "words",
    ["06455-MGE-006", "06455mge006", "6455 chain", "drive", "DRIVE CH", "honda dri", "mge-006", "drivechain"],
)
@pytest.mark.usefixtures("hidden")
def test_it_is_found_by_the_words_that_find_others(dealer: Dealer, words: str) -> None:
    is_found = "06455-MGE-006" in numbers(dealer, words)
    # A word is a beginning, and words that are joined are a part number.
    assert is_found == (words not in ("6455 chain", "drivechain"))


@pytest.mark.usefixtures("hidden")
def test_the_best_match_comes_first_and_no_more_than_the_limit(dealer: Dealer) -> None:
    assert numbers(dealer, "06455-MGE-006")[0] == "06455-MGE-006"
    assert len(numbers(dealer, "chain")) == 2
    assert len(numbers(dealer, "chain", 1)) == 1
    assert numbers(dealer, "--") == []


def test_the_dealers_pages_find_it_and_the_webstore_does_not(
    client: LintingClient, dealer: Dealer, hidden: Product
) -> None:
    page = f"/dealers/{dealer.id}"
    inventory = client.get(f"{page}/inventory?q=drive").text
    assert f"/parts/products/{hidden.id}" in inventory
    parts = client.get(f"{page}/parts?q=drive").text
    assert "Hidden by a lock" in parts
    assert hidden.mpn not in client.get(f"{page}/webstore?q=drive").text
    assert hidden.mpn not in client.get(f"{page}/inventory?q=drive&stock=in").text
    locking.set_locks(dealer, {hidden.id: LockValues(quantity=1)}, None)
    outbox.drain()
    assert "Hidden by a lock" not in client.get(f"{page}/parts?q=drive").text
    assert hidden.mpn in client.get(f"{page}/webstore?q=drive").text
