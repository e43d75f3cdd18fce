"""Sale price and lead time (R15), and a product's figures in the webstore (R16, R17)."""

from __future__ import annotations

import pytest

from tests.factories import make_manufacturer, make_part_number, make_product
from tests.sync_harness import SyncHarness, part
from webapp.extensions import db


@pytest.mark.parametrize(
    ("pricing", "cents"), [("disabled", None), ("retail", 1000), ("current_active", 850)]
)
def test_the_price_comes_from_the_column_that_was_chosen(
    harness: SyncHarness, pricing: str, cents: int | None
) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]), pricing=pricing)
    harness.sync(part("TR", "A-1", 1))
    assert harness.webstore_figures("A-1") == (1, cents, 1)


@pytest.mark.parametrize(("price", "cents"), [(1.005, 101), ("2.345", 235), (0.994, 99), (12, 1200)])
def test_a_price_is_rounded_to_the_cent_half_up(harness: SyncHarness, price: object, cents: int) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]), pricing="retail")
    harness.sync(part("TR", "A-1", 1, Retail=price))
    assert harness.webstore_figures("A-1")[1] == cents


@pytest.mark.parametrize("price", [None, 0, -3, "call us", 0.004])
def test_it_keeps_the_old_price_when_the_new_one_is_no_price(harness: SyncHarness, price: object) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]), pricing="retail")
    harness.sync(part("TR", "A-1", 1, Retail=7.5))
    run = harness.sync(part("TR", "A-1", 2, Retail=price))
    assert harness.webstore_figures("A-1") == (2, 750, 1)
    assert harness.load_item(run, "TR").prices_left == 1


def test_it_keeps_the_old_price_where_pricing_was_switched_off(harness: SyncHarness) -> None:
    row = harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]), pricing="retail")
    harness.sync(part("TR", "A-1", 1, Retail=7.5))
    row.pricing = "disabled"
    db.session.commit()
    run = harness.sync(part("TR", "A-1", 1, Retail=9))
    assert harness.webstore_figures("A-1") == (1, 750, 1)
    assert harness.load_item(run, "TR").prices_left == 0


def test_the_lead_time_is_always_written(harness: SyncHarness) -> None:
    row = harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]), lead_time_days=3)
    harness.sync(part("TR", "A-1", 1))
    row.lead_time_days = 0
    db.session.commit()
    harness.sync(part("TR", "A-1", 1))
    assert harness.webstore_figures("A-1") == (1, None, 0)


def test_a_products_figures_come_from_all_its_stock(harness: SyncHarness) -> None:
    first, second = make_manufacturer("Tucker"), make_manufacturer("Western")
    product = make_product(first, "T-1")
    make_part_number(second, product, "W-1")
    harness.map_code("WP", second, lead_time_days=5, pricing="retail")
    harness.map_code("TR", first, lead_time_days=2, pricing="retail")
    harness.sync(part("TR", "T-1", 3, Retail=20), part("WP", "W-1", 4, Retail=30))
    # The code that is first in the dealer's list gives the price, the quickest the lead time.
    assert harness.webstore_figures("T-1") == (7, 3000, 2)


def test_a_code_that_has_nothing_in_stock_gives_neither_price_nor_lead_time(harness: SyncHarness) -> None:
    first, second = make_manufacturer("Tucker"), make_manufacturer("Western")
    product = make_product(first, "T-1")
    make_part_number(second, product, "W-1")
    harness.map_code("WP", second, lead_time_days=1, pricing="retail")
    harness.map_code("TR", first, lead_time_days=6, pricing="retail")
    harness.sync(part("TR", "T-1", 3, Retail=20), part("WP", "W-1", 4, Retail=30))
    harness.sync(part("TR", "T-1", 3, Retail=20))
    assert harness.webstore_figures("T-1") == (3, 2000, 6)


def test_a_first_code_without_a_price_leaves_it_to_the_next(harness: SyncHarness) -> None:
    first, second = make_manufacturer("Tucker"), make_manufacturer("Western")
    product = make_product(first, "T-1")
    make_part_number(second, product, "W-1")
    harness.map_code("WP", second, pricing="disabled")
    harness.map_code("TR", first, pricing="retail")
    harness.sync(part("TR", "T-1", 3, Retail=20), part("WP", "W-1", 4, Retail=30))
    assert harness.webstore_figures("T-1") == (7, 2000, 1)


def test_only_products_with_changed_figures_are_added_to_the_outbox(harness: SyncHarness) -> None:
    numbers = ["UP", "DOWN", "GONE", "PRICE", "LEAVE"]
    harness.map_code("TR", make_manufacturer("Tucker", numbers=numbers), pricing="retail")
    harness.sync(*(part("TR", number, 5) for number in numbers))
    assert harness.take_outbox() == sorted(numbers)
    run = harness.sync(
        part("TR", "UP", 6), part("TR", "DOWN", 4), part("TR", "PRICE", 5, Retail=11), part("TR", "LEAVE", 5)
    )
    assert harness.take_outbox() == ["DOWN", "GONE", "PRICE", "UP"]
    assert harness.load_item(run, "TR").changed == 4


def test_a_sync_that_finds_nothing_new_rewrites_nothing(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]), pricing="retail")
    first = harness.sync(part("TR", "A-1", 5))
    written_by = harness.shelf_stock("TR", "A-1").changed_item_id
    harness.take_outbox()
    again = harness.sync(part("TR", "A-1", 5))
    assert harness.shelf_stock("TR", "A-1").changed_item_id == written_by == harness.load_item(first, "TR").id
    assert harness.take_outbox() == []
    assert harness.load_item(again, "TR").changed == 0


def test_stock_that_changes_without_changing_the_products_figures_is_not_reindexed(
    harness: SyncHarness,
) -> None:
    first, second = make_manufacturer("Tucker"), make_manufacturer("Western")
    product = make_product(first, "T-1")
    make_part_number(second, product, "W-1")
    harness.map_code("TR", first)
    harness.map_code("WP", second)
    harness.sync(part("TR", "T-1", 3), part("WP", "W-1", 4))
    harness.take_outbox()
    harness.simulator.switches.filtering = "applied"
    run = harness.sync(part("TR", "T-1", 4), part("WP", "W-1", 3))
    # On the way the product stood at 8: each code is applied by itself, and each change is noted.
    assert harness.webstore_figures("T-1")[0] == 7
    assert [item.changed for item in run.items] == [1, 1]
