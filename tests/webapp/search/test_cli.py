from __future__ import annotations

import json

import pytest
from sqlalchemy import text

from tests.factories import make_dealer, make_manufacturer, make_product, make_shelf_stock
from webapp.extensions import db
from webapp.search import outbox


@pytest.fixture
def dealer(app):
    dealer, honda = make_dealer(), make_manufacturer("Honda", "oem")
    for number, quantity, price in (("06455-MGE-006", 3, 1999), ("2", 1, 2000), ("3", 0, 100)):
        product = make_product(honda, number, name="Fjäder kit")
        make_shelf_stock(dealer, product, honda, quantity=quantity, price=price, lead_time_days=2)
    outbox.drain()
    return dealer


def search(flask, dealer, *words):
    done = flask("webstore", "search", "--dealer", dealer.id, *words)
    assert (done.exit_code, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_product_is_found_with_its_figures(flask, dealer):
    assert search(flask, dealer, "06455mge006") == [
        {
            "catalog": "oem",
            "brand": "Honda",
            "mpn": "06455-MGE-006",
            "name": "Fjäder kit",
            "shelf_quantity": 3,
            "sale_price": 19.99,
            "lead_time_days": 2,
        }
    ]
    line = flask("webstore", "search", "--dealer", dealer.id, "06455mge006").stdout
    assert '"sale_price": 19.99,' in line
    assert '"name": "Fjäder kit"' in line


def test_words_are_searched_together_and_what_is_out_of_stock_has_no_price(flask, dealer):
    found = search(flask, dealer, "kit", "honda")
    assert [
        (each["mpn"], each["shelf_quantity"], each["sale_price"], each["lead_time_days"]) for each in found
    ] == [
        ("06455-MGE-006", 3, 19.99, 2),
        ("2", 1, 20.0, 2),
        ("3", 0, None, None),
    ]
    assert search(flask, dealer, "kit honda 06455") == found[:1]
    assert search(flask, dealer, "--limit", 2, "kit") == found[:2]
    assert search(flask, dealer, "--", "-") == search(flask, dealer, "yamaha") == []


def test_an_invalid_search_is_refused(flask, dealer):
    assert flask("webstore", "search", "--dealer", 7, "kit").error == "dealer 7 does not exist"
    for arguments in (("--dealer", dealer.id), ("kit",), ("--dealer", dealer.id, "--limit", 0, "kit")):
        assert flask("webstore", "search", *arguments).exit_code == 2


def test_a_check_counts_differences_and_a_reindex_ends_them(flask, dealer):
    assert flask("webstore", "reindex", "--check") == (0, "0\n", "")
    db.session.execute(text("UPDATE products SET name = 'Belt' WHERE mpn <> '3'"))
    assert flask("webstore", "reindex", "--check") == (1, "2\n", "")
    assert flask("webstore", "reindex", "--dealer", dealer.id, "--check") == (1, "2\n", "")
    assert len(search(flask, dealer, "belt")) == 0
    assert flask("webstore", "reindex", "--dealer", dealer.id).exit_code == 0
    assert len(search(flask, dealer, "belt")) == 2
    assert flask("webstore", "reindex").stdout == ""
    assert flask("webstore", "reindex", "--check").stdout == "0\n"
    assert flask("webstore", "reindex", "--dealer", 7).error == "dealer 7 does not exist"
