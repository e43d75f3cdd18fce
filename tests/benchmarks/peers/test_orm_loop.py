"""The ORM loop that our sync is compared with produces the same stock."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.peers import orm_loop
from sandbox.simulator import Simulator
from tests.factories import make_manufacturer
from tests.sync_harness import CMF, PASSWORD, USERNAME, SyncHarness, part
from webapp.extensions import db

NUMBERS = [f"A-{place:03}" for place in range(30)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_ends_with_the_same_stock_as_our_sync(app: Flask) -> None:
    with Simulator([]) as simulator:
        harness = SyncHarness(simulator)
        for code, name in (("TR", "Tucker"), ("PU", "Parts")):
            harness.map_code(code, make_manufacturer(name, numbers=NUMBERS[1:]), pricing="retail")
        numbered = list(enumerate(NUMBERS))
        stock = [part(code, number, place + 1) for code in ("TR", "PU") for place, number in numbered]
        assert harness.sync(*stock).status == "succeeded"
        wanted = _wanted(harness)
        db.session.rollback()
        orm_loop.Base.metadata.tables[orm_loop.Stock.__tablename__].create(db.engine)
        # The second time it finds all of it there already.
        for _ in range(2):
            orm_loop.sync(db.engine, wanted)
        shelf = harness.shelf_quantities()
    with Session(db.engine) as session:
        rows = session.scalars(select(orm_loop.Stock)).all()
    assert sorted(row.quantity for row in rows) == sorted(shelf.values())
    assert len(rows) == 2 * len(NUMBERS[1:])
    assert {row.sale_price_cents for row in rows} == {1000}


def _wanted(harness: SyncHarness) -> dict[str, Any]:
    return {
        "dealer": harness.dealer.id,
        "url": f"{harness.simulator.url}/Part/{CMF}",
        "login": [USERNAME, PASSWORD],
        "page": 20,
        "filters": {code: f"SupplierCode eq '{code}'" for code in ("TR", "PU")},
    }
