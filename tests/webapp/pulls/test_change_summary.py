"""The summary of changes by product, from single changes and from stored ones."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import (
    make_changes,
    make_manufacturer,
    make_product,
    make_run,
    make_run_item,
    make_shelf_stock,
)
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Dealer
from webapp.pulls import summarized_changes
from webapp.pulls.change_summary import NAMED, ChangeSummary, Group, by_product, collapse
from webapp.pulls.stock import Stock, StockKey
from webapp.pulls.stock_changes import Change


def change(
    before: int | None,
    after: int,
    product: int = 1,
    code: str = "tr",
    prices: tuple[int, int] = (100, 100),
    withheld: int = 0,
) -> Change:
    earlier = None if before is None else Stock(before, prices[0], 1)
    return Change(StockKey(product, 1, code), earlier, Stock(after, prices[1], 1), None, withheld)


def summary(*changes: Change, others: dict[int, int] | None = None) -> ChangeSummary:
    places: dict[StockKey, Change] = {}
    collapse(changes, places)
    result = ChangeSummary()
    result.add(by_product(places), others or {})
    return result


def counts(of: ChangeSummary) -> dict[str, int]:
    groups = ("came_in", "sold_out", "guarded", "more", "fewer", "prices")
    return {name: getattr(of, name).products for name in groups if getattr(of, name).products}


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ([change(None, 4)], {"came_in": 1}),
        ([change(0, 4)], {"came_in": 1}),
        ([change(4, 0)], {"sold_out": 1}),
        ([change(4, 6)], {"more": 1}),
        ([change(4, 2)], {"fewer": 1}),
        ([change(4, 2), change(2, 4)], {}),
        ([change(4, 0), change(0, 1)], {"fewer": 1}),
        ([change(None, 0)], {}),
        ([change(4, 4, prices=(100, 120))], {"prices": 1}),
        ([change(4, 4, prices=(100, 120)), change(4, 4, prices=(120, 100))], {}),
        ([change(4, 3, prices=(100, 120))], {"prices": 1, "fewer": 1}),
        ([change(0, 4, prices=(100, 120))], {"came_in": 1}),
        ([change(4, 0), change(None, 3, code="pu")], {"fewer": 1}),
        ([change(4, 0), change(None, 4, code="pu")], {}),
        ([change(4, 0), change(2, 0, code="pu")], {"sold_out": 1}),
        ([change(4, 0, withheld=2)], {"guarded": 1}),
        ([change(4, 1, withheld=2)], {"fewer": 1}),
        ([change(4, 0), change(2, 0, code="pu", withheld=1)], {"guarded": 1}),
        ([change(4, 0, withheld=2), change(0, 0)], {"sold_out": 1}),
    ],
)
def test_a_product_is_counted_by_what_became_of_it(changes: list[Change], wanted: dict[str, int]) -> None:
    assert counts(summary(*changes)) == wanted
    assert bool(summary(*changes)) == bool(wanted)


def test_units_under_codes_that_did_not_change_keep_a_product_in_stock() -> None:
    rows = change(4, 0, 1), change(0, 4, 2), change(4, 0, 3)
    assert counts(summary(*rows, others={1: 2, 2: 1})) == {"fewer": 1, "more": 1, "sold_out": 1}


def test_groups_add_up_and_name_the_largest() -> None:
    found = summary(*(change(number, 0, product=number) for number in range(1, 501)))
    assert (found.sold_out.products, found.sold_out.units) == (500, 500 * 501 // 2)
    assert found.sold_out.value_cents == 100 * 500 * 501 // 2
    assert [row.product_id for row in found.sold_out.largest] == list(range(500, 500 - NAMED, -1))


def test_the_largest_price_changes_are_those_of_the_price() -> None:
    found = summary(
        change(1000, 1000, 1, prices=(100, 110)),
        change(1, 1, 2, prices=(900, 100)),
        change(1, 1, 2, "pu", prices=(900, 890)),
    )
    assert [(row.product_id, row.prices) for row in found.prices.largest] == [
        (2, (900, 100)),
        (1, (100, 110)),
    ]


def test_a_group_keeps_few_products_in_memory() -> None:
    group = Group()
    for row in by_product({key.place: key for key in (change(None, 1, number) for number in range(5000))}):
        group.add(row)
    assert group.products == 5000
    assert len(group._largest) < 500


@pytest.fixture
def products(dealer: Dealer) -> list[int]:
    """Ten products that came into stock under a code, the first of them in stock under another one."""
    maker = make_manufacturer("Tucker")
    made = [make_product(maker, f"A-{number}") for number in range(10)]
    item = make_run_item(make_run(dealer), "TR")
    make_changes(
        item, *((product, maker, None, Stock(number + 1, 100, 1)) for number, product in enumerate(made))
    )
    make_shelf_stock(dealer, made[0], maker, code="OTHER", quantity=5)
    make_changes(item, (made[9], maker, Stock(10, 100, 1), Stock(0, 100, 1)), cause="cleared")
    return [product.id for product in made]


@pytest.mark.parametrize("at_once", [3, 50_000])
def test_stored_changes_are_summarized_in_parts(
    dealer: Dealer, products: list[int], at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summarized_changes, "AT_ONCE", at_once)
    now = clock.now()
    found = summarized_changes.of_period(db.session.connection(), dealer.id, now - timedelta(hours=1), now)
    assert counts(found) == {"came_in": 8, "more": 1}
    assert [row.product_id for row in found.came_in.largest[:2]] == [products[8], products[7]]


def test_a_period_ends_before_its_end(dealer: Dealer, products: list[int]) -> None:
    now = clock.now()
    connection = db.session.connection()
    assert not summarized_changes.of_period(
        connection, dealer.id, now + timedelta(hours=1), now + timedelta(hours=2)
    )
    assert not summarized_changes.of_period(connection, dealer.id + 1, now - timedelta(hours=1), now)
