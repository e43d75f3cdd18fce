"""Outbox entries of an import (R17)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.factories import make_dealer, make_shelf_stock
from tests.webapp.catalog.importing.files import catalog, import_, import_rows, line
from tests.webapp.webstore import clear_outbox, outbox_entries
from webapp.catalog.importing import COLUMNS
from webapp.extensions import db
from webapp.models import Dealer, Manufacturer, Product


@pytest.fixture
def dealer(app) -> Dealer:
    """A dealer with shelf stock of products A and B; product C was never on the shelf."""
    dealer = make_dealer()
    import_rows(line("1", "A"), line("2", "B"), line("3", "C"))
    for mpn in "AB":
        put_on_shelf(dealer, mpn)
    clear_outbox()
    return dealer


def product(mpn: str) -> Product:
    return db.session.scalars(select(Product).where(Product.mpn_key == mpn.lower())).one()


def put_on_shelf(dealer: Dealer, mpn: str) -> None:
    manufacturer = db.session.scalars(select(Manufacturer)).one()
    make_shelf_stock(dealer, product(mpn), manufacturer, quantity=0 if mpn == "B" else 3)


def test_a_change_of_a_shown_or_searched_field_is_added_to_the_outbox(dealer):
    rows = (line("1", "A", name="New name"), line("1", "A", brand="Ebc"), line("1", "a"), line("01", "a"))
    for row in rows:
        import_rows(row)
        assert (row, outbox_entries()) == (row, [(dealer.id, product("A").id)])
        clear_outbox()


def test_products_out_of_stock_are_added_to_the_outbox_too(dealer):
    import_rows(line("2", "B", name="New name"))
    assert outbox_entries() == [(dealer.id, product("B").id)]


def test_every_dealer_that_ever_had_the_product_gets_an_outbox_entry(dealer):
    other = make_dealer("Summit")
    put_on_shelf(other, "A")
    clear_outbox()
    import_rows(line("1", "A", name="New name"))
    assert outbox_entries() == [(dealer.id, product("A").id), (other.id, product("A").id)]


def test_products_that_were_never_on_the_shelf_are_not_added_to_the_outbox(dealer):
    import_rows(line("3", "C", name="New name"), line("4", "D"))
    assert outbox_entries() == []


def test_a_change_that_no_document_shows_is_not_added_to_the_outbox(dealer):
    import_(catalog([line("1", "A", msrp="7") + ",012345678905"], [*COLUMNS, "upc"]))
    assert outbox_entries() == []


def test_an_import_that_changes_nothing_adds_nothing_to_the_outbox(dealer):
    import_rows(line("1", "A"), line("2", "B"), line("3", "C"))
    assert outbox_entries() == []


def test_a_part_number_that_moves_is_noted_for_both_its_products(dealer):
    import_rows(line("1", "B"))
    assert outbox_entries() == [(dealer.id, product("A").id), (dealer.id, product("B").id)]


def test_another_part_number_of_a_product_is_added_to_the_outbox(dealer):
    import_rows(line("9", "A"))
    assert outbox_entries() == [(dealer.id, product("A").id)]
