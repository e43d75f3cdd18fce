"""The webstore preview; on both databases."""

from __future__ import annotations

import pytest

from tests.factories import make_indexed_product, make_manufacturer
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.models import Dealer
from webapp.search.storefront import availability, ships


@pytest.fixture
def url(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/webstore"


def test_a_webstore_customer_finds_a_part_with_availability_price_and_lead_time(
    client: LintingClient, url: str, dealer: Dealer
):
    tucker = make_manufacturer("Tucker")
    make_indexed_product(
        dealer, tucker, "06455-MGE-006", name="Brake pads", quantity=6, price=1999, lead_time_days=1
    )
    make_indexed_product(dealer, tucker, "B-2", name="Brake lever", quantity=0)
    for page in (client.get(f"{url}?q=06455mge006"), client.hx("GET", f"{url}?q=06455mge006")):
        for said in ("Brake pads", "In stock: 6", "$19.99", "Ships in 1 day"):
            assert said in page.text
        assert "Brake lever" not in page.text
    lever = client.get(f"{url}?q=lever").text
    assert "Out of stock" in lever
    assert "Ships" not in lever
    assert "No products match “helmet”" in client.get(f"{url}?q=helmet").text
    assert "Search like a shopper" in client.get(url).text


@ON_SQLITE
def test_an_empty_webstore_says_how_it_is_filled(client: LintingClient, url: str):
    assert "Your webstore is empty" in client.get(f"{url}?q=brake").text


def test_availability_and_lead_time_are_written_in_words():
    assert [availability(6), availability(0)] == ["In stock: 6", "Out of stock"]
    assert [ships(0), ships(1), ships(5)] == ["Ships today", "Ships in 1 day", "Ships in 5 days"]
