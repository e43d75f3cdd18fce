"""Guards of prices (R27): a blocked price keeps the old one, until it is allowed."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import select

from jobs.sync.applying import products
from jobs.sync.applying.product_parts import Part, Parts
from tests.factories import make_manufacturer, make_part_number, make_product
from tests.jobs.sync.test_quantity_guards import execute, guard
from tests.sync_harness import SyncHarness, part
from webapp.extensions import db
from webapp.guards import allowed_prices, minimum_prices, settings
from webapp.guards.allowed_prices import AllowedPrice, ProductKey
from webapp.guards.rules import GuardValues
from webapp.models import Product, PullBlock, Run, SupplierCode
from webapp.pulls.entries import Blocked, unpack


@pytest.fixture
def priced(harness: SyncHarness) -> SyncHarness:
    """A code with retail prices, and one part that was sold for 20.00."""
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]), pricing="retail")
    harness.sync(reported(20))
    return harness


def reported(price: Any, **fields: Any) -> dict[str, Any]:
    return part("TR", "A-1", 3, Retail=price, Cost=10.005, **fields)


def blocked(harness: SyncHarness) -> list[Blocked]:
    """What the stored pulls say is blocked."""
    entries = [entry for body in db.session.scalars(select(PullBlock.body)) for entry in unpack(body)]
    db.session.commit()
    return [match.blocked for entry in entries for match in entry.matches if match.blocked is not None]


def place(harness: SyncHarness) -> ProductKey:
    code = db.session.scalars(select(SupplierCode)).one()
    return ProductKey(code.code_key, code.manufacturer_id, db.session.scalars(select(Product.id)).one())


def import_minimums(harness: SyncHarness, *lines: str) -> Run | None:
    text = "\n".join(["catalog,manufacturer,part_number,minimum_price", *lines])
    return minimum_prices.import_csv(harness.dealer, io.BytesIO(text.encode())).run


@pytest.mark.parametrize(
    ("values", "price", "kept"),
    [
        ({"blocks_placeholders": True}, 9999.99, Blocked("placeholder", 999_999)),
        ({"price_margin_percent": 20}, 12, Blocked("floor", 1200, 1201)),
        ({"max_price_change_percent": 25}, 25.01, Blocked("change", 2501, 2500)),
        ({"max_price_change_percent": 25}, 14.99, Blocked("change", 1499, 1500)),
    ],
)
def test_a_blocked_price_keeps_the_old_one_and_is_counted(
    priced: SyncHarness, values: dict[str, Any], price: float, kept: Blocked
) -> None:
    execute(priced, settings.save_defaults(priced.dealer, GuardValues(**values), [999_999]).run)
    for _ in range(2):
        run = priced.sync(reported(price))
        assert priced.webstore_figures("A-1") == (3, 2000, 1)
        item = priced.load_item(run, "TR")
        assert (item.synced, item.prices_blocked, item.prices_left) == (1, 1, 0)
    assert blocked(priced) == [kept]
    execute(priced, guard(priced))
    assert priced.webstore_figures("A-1") == (3, round(price * 100), 1)
    assert blocked(priced) == []


def test_without_an_old_price_there_is_none(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]), pricing="retail")
    guard(harness, price_margin_percent=100, max_price_change_percent=1)
    harness.sync(reported(20))
    assert harness.webstore_figures("A-1") == (3, None, 1)
    # The first price is no change, and without a cost there is no floor.
    harness.sync(part("TR", "A-1", 3, Retail=20))
    assert harness.webstore_figures("A-1") == (3, 2000, 1)


def test_a_minimum_advertised_price_counts_for_all_part_numbers_of_a_product(harness: SyncHarness) -> None:
    maker = make_manufacturer("Tucker")
    product = make_product(maker, "T-1")
    make_part_number(maker, product, "T-1x")
    harness.map_code("TR", maker, pricing="retail")
    harness.sync(part("TR", "T-1", 1, Retail=20))
    run = import_minimums(harness, "aftermarket,Tucker,t-1X,21.50", "aftermarket,Tucker,unknown,5")
    assert harness.load_item(execute(harness, run), "TR").prices_blocked == 1
    assert blocked(harness) == [Blocked("minimum", 2000, 2150)]
    harness.sync(part("TR", "T-1", 1, Retail=21.5))
    assert harness.webstore_figures("T-1") == (1, 2150, 1)
    harness.sync(part("TR", "T-1", 1, Retail=19))
    assert harness.webstore_figures("T-1") == (1, 2150, 1)
    execute(harness, import_minimums(harness, "aftermarket,Tucker,T-1X,"))
    assert harness.webstore_figures("T-1") == (1, 1900, 1)


def test_an_allowed_price_passes_and_another_one_does_not(priced: SyncHarness) -> None:
    execute(priced, guard(priced, price_margin_percent=50))
    priced.sync(reported(12))
    allowed = AllowedPrice(place(priced), 1200, "TR", "A-1")
    run = execute(priced, allowed_prices.allow(priced.dealer, [allowed]).run)
    assert priced.webstore_figures("A-1") == (3, 1200, 1)
    assert priced.load_item(run, "TR").prices_blocked == 0
    priced.sync(reported(11))
    assert priced.webstore_figures("A-1") == (3, 1200, 1)
    execute(priced, allowed_prices.allow(priced.dealer, [allowed._replace(cents=None)]).run)
    assert priced.webstore_figures("A-1") == (3, 1100, 1)
    execute(priced, allowed_prices.withdraw(priced.dealer, place(priced)).run)
    run = priced.sync(reported(10))
    assert priced.webstore_figures("A-1") == (3, 1100, 1)
    assert priced.load_item(run, "TR").prices_blocked == 1


def test_a_product_written_twice_in_a_run_is_compared_with_its_price_before_it(
    priced: SyncHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(priced, guard(priced, max_price_change_percent=20))
    apply_once = products.Changes.apply

    def twice(changes: products.Changes, parts: Parts, _noted: object) -> list[Part]:
        before = [(own, own.entry.retail_cents) for parts_of in parts.values() for own in parts_of]
        for own, cents in before:
            own.entry.retail_cents = (cents or 0) - 300
        apply_once(changes, parts)
        for own, cents in before:
            own.entry.retail_cents = cents
        return apply_once(changes, parts)

    monkeypatch.setattr(products.Changes, "apply", twice)
    priced.sync(reported(26))
    assert priced.webstore_figures("A-1") == (3, 2000, 1)
    assert blocked(priced) == [Blocked("change", 2600, 2400)]
