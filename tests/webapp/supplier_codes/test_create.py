from __future__ import annotations

import pytest

from tests.factories import make_product, make_shelf_stock
from tests.webapp.webstore import webstore_figures
from webapp.supplier_codes import Fields, RowsRefused, add, add_all, listed

TR = Fields("aftermarket", "TR", "Tucker Rocky")
HO = Fields("oem", "HO", "Honda", "3", "retail")


def codes(dealer):
    return [row.code for row in listed(dealer)]


def refused(dealer, *rows):
    with pytest.raises(RowsRefused) as refusal:
        add_all(dealer, list(rows))
    return {place: (said.field, str(said)) for place, said in refusal.value.refusals.items()}


def test_several_codes_are_added_at_the_end_in_their_order(dealer, tucker, honda):
    add(dealer, Fields("aftermarket", "A", "Tucker Rocky"))
    added = add_all(dealer, [TR, HO])
    assert [row.code for row in added] == ["TR", "HO"]
    assert codes(dealer) == ["A", "TR", "HO"]
    assert [row.position for row in listed(dealer)] == [0, 1, 2]


def test_one_bad_row_rejects_all_rows_and_every_bad_row_is_reported(dealer, tucker, honda):
    found = refused(dealer, TR, Fields("oem", "", "Honda"), HO, Fields("oem", "HP", "Nobody"))
    assert set(found) == {1, 3}
    assert found[1][0] == "supplier_code"
    assert found[3][0] == "manufacturer"
    assert codes(dealer) == []


def test_a_row_that_is_there_already_or_comes_twice_is_refused(dealer, tucker, honda):
    add(dealer, TR)
    found = refused(dealer, Fields("aftermarket", "tr", "TU"), HO, Fields("oem", " ho", "Honda"))
    assert found == {
        0: ("supplier_code", "tr is already mapped to Tucker Rocky"),
        2: ("supplier_code", "ho is already mapped to Honda"),
    }
    assert codes(dealer) == ["TR"]


def test_codes_that_find_old_stock_again_give_the_price_by_their_order(dealer, tucker):
    product = make_product(tucker, "1")
    make_shelf_stock(dealer, product, tucker, "A", price=100)
    make_shelf_stock(dealer, product, tucker, "Z", price=200)
    add_all(dealer, [Fields("aftermarket", code, "Tucker Rocky") for code in ("Z", "A")])
    assert webstore_figures(dealer, product)[1] == 200
