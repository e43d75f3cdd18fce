from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.factories import make_dealer, make_product, make_shelf_stock
from webapp.extensions import db
from webapp.search import documents, outbox, reindexing

FIRST = "product_id = (SELECT id FROM products WHERE mpn = '1')"
DAMAGE = {
    "missing": "DELETE FROM webstore_documents WHERE mpn = '1'",
    "another quantity": "UPDATE webstore_documents SET shelf_quantity = 9 WHERE mpn = '1'",
    "another price": "UPDATE webstore_documents SET sale_price_cents = NULL WHERE mpn = '1'",
    "another lead time": "UPDATE webstore_documents SET lead_time_days = 9 WHERE mpn = '1'",
    "another name": "UPDATE products SET name = 'New name' WHERE mpn = '1'",
    "another brand": "UPDATE products SET brand = 'New brand' WHERE mpn = '1'",
    "another part number": "UPDATE part_numbers SET part_number = 'X' WHERE key = '1'",
    # Last: it leaves nothing to damage.
    "superfluous": f"DELETE FROM webstore_figures WHERE {FIRST}",
}


def damage(statement):
    db.session.execute(text(statement))
    db.session.commit()


@pytest.fixture
def stocked_dealer(shelve, dealer):
    for number in range(5):
        shelve(str(number), price=1999, name="Chain")
    return dealer


def test_each_difference_is_counted_and_repaired(stocked_dealer):
    for number, (kind, statement) in enumerate(DAMAGE.items()):
        dealer_id = stocked_dealer.id if number % 2 else None
        damage(statement)
        assert (kind, reindexing.differences(dealer_id)) == (kind, 1)
        reindexing.rebuild(dealer_id)
        assert (kind, reindexing.differences(dealer_id)) == (kind, 0)


def test_superfluous_documents_are_counted_wherever_they_are(stocked_dealer):
    for count, mpn in enumerate("204", start=1):
        damage(
            f"DELETE FROM webstore_figures WHERE product_id = (SELECT id FROM products WHERE mpn = '{mpn}')"
        )
        assert reindexing.differences() == count


def test_differences_of_several_kinds_add_up(stocked_dealer, search):
    damage("DELETE FROM webstore_documents WHERE mpn IN ('0', '4')")
    damage("UPDATE products SET name = 'Belt' WHERE mpn = '2'")
    assert reindexing.differences() == 3
    reindexing.rebuild()
    assert search("chain") == ["0", "1", "3", "4"]
    assert search("belt") == ["2"]


def test_a_pending_outbox_entry_is_a_difference(stocked_dealer, honda):
    make_shelf_stock(stocked_dealer, make_product(honda, "9"), honda)
    assert reindexing.differences() == 1
    outbox.drain()
    assert reindexing.differences() == 0


def test_one_dealer_is_looked_at_without_the_others(stocked_dealer, honda):
    other = make_dealer("Summit")
    make_shelf_stock(other, make_product(honda, "9"), honda)
    assert reindexing.differences(stocked_dealer.id) == 0
    assert reindexing.differences(other.id) == 1
    assert reindexing.rebuild(stocked_dealer.id) == 5
    assert reindexing.differences() == 1
    assert reindexing.rebuild() == 6
    assert reindexing.differences() == 0


def test_the_size_of_pages_makes_no_difference(stocked_dealer, monkeypatch):
    damage("DELETE FROM webstore_figures WHERE product_id = (SELECT id FROM products WHERE mpn = '3')")
    for size in (1, 2, 4, 5):
        monkeypatch.setattr(documents, "PAGE", size)
        damage("DELETE FROM webstore_documents WHERE mpn <> '3'")
        assert reindexing.differences() == (5 if size == 1 else 4)
        assert reindexing.rebuild() == 4
        assert reindexing.differences() == 0
