"""Runs and changes outside of runs compute the same figures of products with locks (R16, R28)."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from jobs.sync.applying import figures as of_runs
from tests.factories import make_dealer, make_manufacturer, make_product, make_supplier_code
from tests.webapp.webstore import webstore_figures
from webapp.core import clock
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.models import ProductLock, ShelfStock, WebstoreFigures
from webapp.pulls.product_locks import open_locks
from webapp.pulls.stock import Stock, StockKey
from webapp.search import figures

CODES = ("TR", "PU", "OLD")
sold_out = Stock(0, 500, 2)
stock = st.one_of(
    st.none(),
    st.builds(Stock, st.sampled_from([0, 0, 2]), st.sampled_from([None, 500, 700]), st.integers(0, 2)),
)
lock = st.one_of(
    st.none(),
    st.tuples(
        st.sampled_from([None, 0, 4, 4]),
        st.sampled_from([None, 900]),
        st.sampled_from([None, 0, 9]),
        st.sampled_from([False, False, False, True]),
        st.sampled_from([None, None, -1, 1]),
    ).filter(lambda values: values[:4] != (None, None, None, False)),
)
# The stock of a product under each code, and its lock.
scenes = st.lists(st.tuples(st.lists(stock, min_size=3, max_size=3), lock), min_size=4, max_size=4)


def test_both_compute_the_same(app: Flask) -> None:
    dealer, maker = make_dealer(), make_manufacturer("Tucker")
    products = [make_product(maker, f"P-{number}") for number in range(4)]
    # The last code was removed.
    rows = [make_supplier_code(dealer, code, maker) for code in CODES[:2]]
    ranks = {(row.code_key, maker.id): (row.position, row.id) for row in rows}
    now = clock.now()

    @example([([sold_out, Stock(0, 700, 1), None], (4, None, None, False, None))] * 4)
    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(scenes)
    def compare(scene: list[tuple[list[Stock | None], Any]]) -> None:
        for model in (ShelfStock, ProductLock, WebstoreFigures):
            db.session.execute(delete(model))
        shelf: dict[int, dict[StockKey, Stock]] = {}
        for product, (stocks, values) in zip(products, scene, strict=True):
            places = [StockKey(product.id, maker.id, key_of(code)) for code in CODES]
            shelf[product.id] = {place: each for place, each in zip(places, stocks, strict=True) if each}
            if values:
                *locked, days = values
                names = ("quantity", "sale_price_cents", "lead_time_days", "is_hidden")
                fields = dict(zip(names, locked, strict=True))
                until = now + timedelta(days=days) if days else None
                fields |= {"dealer_id": dealer.id, "product_id": product.id, "reason": "", "until": until}
                db.session.add(ProductLock(**fields))
        for places_of in shelf.values():
            for place, each in places_of.items():
                db.session.add(
                    ShelfStock(
                        **{"dealer_id": dealer.id, **place._asdict(), "code": place.code_key},
                        **each._asdict(),
                    )
                )
        db.session.flush()
        figures.refresh_locked(db.session(), dealer.id, list(shelf))
        locks = open_locks(db.session.connection(), dealer.id)
        context = cast(Any, SimpleNamespace(ranks=ranks))
        for product in products:
            places_of, held = shelf[product.id], locks.get(product.id)
            expected = of_runs.figures_of(context, places_of)
            if held is not None:
                expected = of_runs.figures_under(held, now, context, places_of)
            if not places_of and not expected[0]:
                assert db.session.get(WebstoreFigures, (dealer.id, product.id)) is None
            else:
                assert webstore_figures(dealer, product) == expected
        db.session.rollback()

    compare()
