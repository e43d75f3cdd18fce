from __future__ import annotations

import pytest

from tests.factories import make_dealer, make_product, make_shelf_stock
from tests.webapp.webstore import clear_outbox, outbox_entries, webstore_figures
from webapp.core.errors import FieldRefused
from webapp.extensions import db
from webapp.models import ShelfStock
from webapp.supplier_codes import (
    Fields,
    Stale,
    add,
    edit,
    listed,
    move,
    remove,
    reorder,
    state_of,
    stocked_products,
)

TR = Fields("aftermarket", "TR", "Tucker Rocky")
HO = Fields("oem", "HO", "Honda", "3", "retail")


def codes(dealer):
    return [row.code for row in listed(dealer)]


def add_codes(dealer, *names):
    return [add(dealer, Fields("aftermarket", name, "Tucker Rocky")) for name in names]


def test_new_codes_come_at_the_end_of_the_list(dealer, tucker):
    add_codes(dealer, "B", "A", "C")
    assert codes(dealer) == ["B", "A", "C"]


def test_lists_of_two_dealers_are_apart(dealer, tucker):
    other = make_dealer("Summit")
    add(dealer, TR)
    assert add(other, TR).position == 0
    assert codes(other) == ["TR"]


def test_one_code_may_map_to_several_catalogs(dealer, tucker, honda):
    add(dealer, TR)
    add(dealer, Fields("oem", "TR", "Honda"))
    assert [row.manufacturer for row in listed(dealer)] == [tucker, honda]


def test_the_same_code_and_manufacturer_twice_is_refused_whatever_the_case(dealer, tucker):
    add(dealer, TR)
    with pytest.raises(FieldRefused, match="tr is already mapped to Tucker Rocky") as refusal:
        add(dealer, Fields("aftermarket", " tr", "TU"))
    assert refusal.value.field == "supplier_code"
    assert codes(dealer) == ["TR"]


def test_an_edit_changes_a_code_where_it_stands(dealer, tucker, honda):
    first, _ = add(dealer, TR), add(dealer, HO)
    edit(first, Fields("aftermarket", "TX", "Tucker Rocky", "5", "retail"))
    row = listed(dealer)[0]
    assert (row.code, row.code_key, row.lead_time_days, row.pricing) == ("TX", "tx", 5, "retail")


def test_an_edit_may_change_the_case_of_a_code_alone(dealer, tucker):
    edit(add(dealer, TR), Fields("aftermarket", "tr", "Tucker Rocky"))
    assert codes(dealer) == ["tr"]


def test_an_edit_into_another_row_is_refused_and_changes_nothing(dealer, tucker, honda):
    add(dealer, TR)
    second = add(dealer, HO)
    with pytest.raises(FieldRefused, match="already mapped"):
        edit(second, Fields("aftermarket", "tr", "Tucker Rocky", "9"))
    assert codes(dealer) == ["TR", "HO"]
    assert listed(dealer)[1].lead_time_days == 3


def test_an_edit_from_an_older_state_is_refused_and_changes_nothing(dealer, tucker):
    row = add(dealer, TR)
    seen = state_of(row)
    edit(row, Fields("aftermarket", "TR", "Tucker Rocky", "5"), seen)
    with pytest.raises(Stale):
        edit(row, Fields("aftermarket", "TR", "Tucker Rocky", "9"), seen)
    assert listed(dealer)[0].lead_time_days == 5


def test_a_code_removed_concurrently_is_refused_with_a_clear_message(dealer, tucker):
    row = add(dealer, TR)
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM supplier_codes")
    with pytest.raises(FieldRefused, match="already removed"):
        edit(row, TR)


def test_a_removed_code_keeps_its_quantities(dealer, tucker):
    product = make_product(tucker, "1")
    row = add(dealer, TR)
    make_shelf_stock(dealer, product, tucker, quantity=4, price=500)
    clear_outbox()
    assert remove(row, clear=False) == 1
    assert codes(dealer) == []
    assert webstore_figures(dealer, product) == (4, 500, 1)
    assert outbox_entries() == []


def test_a_removed_code_gives_up_its_quantities_when_asked_to(dealer, tucker):
    product = make_product(tucker, "1")
    gone = make_product(tucker, "2")
    row = add(dealer, TR)
    make_shelf_stock(dealer, product, tucker, quantity=4, price=500, run_item_id=7)
    make_shelf_stock(dealer, gone, tucker, quantity=0, run_item_id=7)
    clear_outbox()
    assert remove(row, clear=True) == 1
    assert webstore_figures(dealer, product) == (0, None, None)
    assert outbox_entries() == [(dealer.id, product.id)]
    stock = db.session.get_one(ShelfStock, (dealer.id, product.id, tucker.id, "tr"), populate_existing=True)
    assert (stock.quantity, stock.changed_item_id) == (0, None)


def test_clearing_leaves_what_other_codes_and_dealers_contribute(dealer, tucker):
    other = make_dealer("Summit")
    product = make_product(tucker, "1")
    row, _ = add_codes(dealer, "TR", "TX")
    make_shelf_stock(dealer, product, tucker, "TR", quantity=4)
    make_shelf_stock(dealer, product, tucker, "TX", quantity=2)
    make_shelf_stock(other, product, tucker, "TR", quantity=8)
    remove(row, clear=True)
    assert webstore_figures(dealer, product)[0] == 2
    assert webstore_figures(other, product)[0] == 8


def test_the_price_follows_the_order_of_the_list(dealer, tucker):
    product = make_product(tucker, "1")
    first, second = add_codes(dealer, "A", "B")
    make_shelf_stock(dealer, product, tucker, "A", price=100)
    make_shelf_stock(dealer, product, tucker, "B", price=200)
    assert webstore_figures(dealer, product)[1] == 100
    clear_outbox()
    move(second, -1)
    assert codes(dealer) == ["B", "A"]
    assert webstore_figures(dealer, product)[1] == 200
    assert outbox_entries() == [(dealer.id, product.id)]
    remove(second, clear=False)
    assert webstore_figures(dealer, product)[1] == 100
    edit(first, Fields("aftermarket", "C", "Tucker Rocky"))
    add(dealer, Fields("aftermarket", "B", "Tucker Rocky"))
    assert webstore_figures(dealer, product)[1] == 200


def test_a_move_ends_where_the_list_ends(dealer, tucker):
    first, _, third = add_codes(dealer, "A", "B", "C")
    move(first, -1)
    move(third, 5)
    assert codes(dealer) == ["A", "B", "C"]
    move(first, 5)
    assert codes(dealer) == ["B", "C", "A"]


def test_reordering_takes_ids_as_they_come(dealer, tucker, honda):
    a, b, c = add_codes(dealer, "A", "B", "C")
    foreign = add(make_dealer("Summit"), HO)
    reorder(dealer, [c.id, foreign.id, 999, c.id, a.id])
    assert codes(dealer) == ["C", "A", "B"]
    assert [row.id for row in listed(dealer)] == [c.id, a.id, b.id]


def test_stocked_products_are_those_with_a_quantity(dealer, tucker):
    row = add(dealer, TR)
    assert stocked_products(row) == 0
    for number, quantity in (("1", 3), ("2", 0), ("3", 1)):
        product = make_product(tucker, number)
        make_shelf_stock(dealer, product, tucker, quantity=quantity)
    assert stocked_products(row) == 2
