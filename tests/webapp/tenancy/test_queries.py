"""Every query on a dealer's pages names the dealer, or a run that was looked up for the dealer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import g
from sqlalchemy import event

from tests.webapp.tenancy.attempts import Route, routes, rows_of
from tests.webapp.tenancy.seed import OWN, STRANGER, SeededApp
from tests.webapp.tenancy.table import TABLE
from webapp.extensions import Model, db
from webapp.models import Configuration, Dealer, HeldClearing, Run
from webapp.web.tenant_guard import CrossedTenants

# By what a row is known to be the dealer's: its own column, or the run that it belongs to.
TIES = ("dealer_id", "run_id", "run_item_id")
# What binds a query to one of them; what was found by the dealer is changed by its own id.
BOUND = re.compile(
    r"\b(dealer_id|dealer_key|run_id|run_item_id|id)\"? (= \?|IN \()|\? = \w+\.(dealer_id|run_id)\b"
)
# People are looked up by their session alone, and which dealer they are of is what is asked.
NOT_LOOKED_AT = {"users", "sign_ins"}


def owned() -> dict[str, set[str]]:
    """Tables whose every row is some dealer's, with the columns that say whose."""
    tables = {
        name: {tie for tie in TIES if tie in table.columns} for name, table in Model.metadata.tables.items()
    }
    nullable = {
        name
        for name, table in Model.metadata.tables.items()
        if "dealer_id" in table.columns and table.columns["dealer_id"].nullable
    }
    return {name: ties for name, ties in tables.items() if ties and name not in NOT_LOOKED_AT | nullable}


@contextmanager
def statements(seeded_app: SeededApp) -> Iterator[list[str]]:
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        heard.append(statement)

    with seeded_app.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def of_dealers(seeded_app: SeededApp) -> list[Route]:
    return [route for route in routes(seeded_app) if "dealer_id" in route.rule.arguments]


def test_every_query_on_a_dealers_page_is_bound_to_the_dealer(seeded_app: SeededApp) -> None:
    tables, unbound, looked_at = owned(), set(), 0
    for route in of_dealers(seeded_app):
        with seeded_app.restored(), statements(seeded_app) as heard:
            seeded_app.request(
                OWN,
                route.method,
                route.path(seeded_app, rows_of(seeded_app)),
                token=True,
                data=TABLE[str(route)].form,
            )
        for statement in heard:
            named = {name for name in tables if re.search(rf'\b(?:FROM|JOIN|UPDATE) "?{name}\b', statement)}
            looked_at += bool(named)
            if named and not BOUND.search(statement):
                unbound.add((str(route), statement))
    assert looked_at > 100
    print("\n".join(map(str, sorted(unbound))))
    assert unbound == set()


@pytest.mark.parametrize("model", [Run, Configuration, HeldClearing, Dealer])
def test_a_query_without_the_dealer_is_an_error_and_not_a_leak(seeded_app: SeededApp, model: Any) -> None:
    with seeded_app.app.test_request_context("/"):
        g.dealer = db.session.get_one(Dealer, seeded_app.rows[OWN]["dealer_id"])
        with pytest.raises(CrossedTenants, match=r"a row of \w+ is another dealer's"):
            db.session.scalars(db.select(model)).all()


def test_the_tenant_guard_applies_only_to_dealer_pages(seeded_app: SeededApp) -> None:
    with seeded_app.app.test_request_context("/"):
        assert len(db.session.scalars(db.select(Dealer)).all()) == 3
    with seeded_app.app.app_context():
        assert db.session.get(Dealer, seeded_app.rows[STRANGER]["dealer_id"])
