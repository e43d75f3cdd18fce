"""Totals of stock by catalog follow the figures."""

from __future__ import annotations

from sqlalchemy import func, select

from tests.factories import make_dealer, make_manufacturer, make_product, make_shelf_stock
from webapp.extensions import db
from webapp.models import Dealer, Manufacturer, Product, ShelfStock, ShelfTotal, WebstoreFigures
from webapp.search import figures


def totals(dealer: Dealer) -> dict[str, tuple[int, int]]:
    """Products and pieces of each catalog, as they are kept; they are also what counting would give."""
    kept = db.session.scalars(select(ShelfTotal).where(ShelfTotal.dealer_id == dealer.id))
    found = {total.catalog: (total.products, total.pieces) for total in kept}
    counted = (
        select(Product.catalog, func.count(), func.sum(WebstoreFigures.shelf_quantity))
        .join(WebstoreFigures, WebstoreFigures.product_id == Product.id)
        .where(WebstoreFigures.dealer_id == dealer.id, WebstoreFigures.shelf_quantity > 0)
        .group_by(Product.catalog)
    )
    in_stock = {catalog: each for catalog, each in found.items() if each[0]}
    assert in_stock == {catalog: (n, int(sum_)) for catalog, n, sum_ in db.session.execute(counted)}
    return found


def set_quantity(dealer: Dealer, product: Product, quantity: int) -> None:
    of_product = (ShelfStock.dealer_id == dealer.id, ShelfStock.product_id == product.id)
    db.session.execute(db.update(ShelfStock).where(*of_product).values(quantity=quantity))
    figures.refresh(db.session, dealer.id, figures.OF_DEALER)
    db.session.commit()


def test_totals_follow_products_that_come_change_and_go(dealer: Dealer, honda: Manufacturer):
    tucker = make_manufacturer("Tucker")
    pad, lever = make_product(honda, "1"), make_product(tucker, "2")
    make_shelf_stock(dealer, pad, honda, quantity=3)
    make_shelf_stock(dealer, lever, tucker, quantity=4)
    assert totals(dealer) == {"oem": (1, 3), "aftermarket": (1, 4)}
    set_quantity(dealer, pad, 5)
    assert totals(dealer)["oem"] == (1, 5)
    set_quantity(dealer, pad, 0)
    assert totals(dealer) == {"oem": (0, 0), "aftermarket": (1, 4)}
    set_quantity(dealer, pad, 2)
    assert totals(dealer)["oem"] == (1, 2)


def test_a_product_of_two_manufacturers_counts_once_and_other_dealers_not_at_all(dealer: Dealer):
    tucker, parts = make_manufacturer("Tucker"), make_manufacturer("Parts Unlimited")
    pad = make_product(tucker, "1")
    make_shelf_stock(dealer, pad, tucker, quantity=3)
    make_shelf_stock(dealer, pad, parts, code="PU", quantity=4)
    other = make_dealer("Lakeside Cycle")
    make_shelf_stock(other, pad, tucker, quantity=1)
    assert totals(dealer) == {"aftermarket": (1, 7)}
    assert totals(other) == {"aftermarket": (1, 1)}


def test_uncommitted_changes_are_not_counted(dealer: Dealer, honda: Manufacturer):
    pad = make_product(honda, "1")
    make_shelf_stock(dealer, pad, honda, quantity=3)
    db.session.execute(db.update(ShelfStock).values(quantity=9))
    figures.refresh(db.session, dealer.id, figures.OF_DEALER)
    db.session.rollback()
    assert totals(dealer) == {"oem": (1, 3)}
