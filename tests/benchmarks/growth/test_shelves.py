from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import inspect, text

from benchmarks.growth import shelves
from sandbox.simulator import Simulator
from tests.factories import World, is_postgresql, part
from webapp.extensions import db
from webapp.search import outbox
from webapp.search.search_index import search_index


@pytest.fixture
def world(app) -> Iterator[World]:
    with Simulator([]) as simulator:
        world = World(simulator)
        world.map("TR", world.manufacturer("Tucker", numbers=["A-1", "A-2", "A-3"]))
        world.sync(*(part("TR", number) for number in ("A-1", "A-2", "X-9")))
        outbox.drain()
        yield world


def counts(dealer: int) -> list[int]:
    of_dealer = ("runs", "shelf_stock", "webstore_figures", "supplier_codes", "configurations")
    asked = [f"SELECT count(*) FROM {table} WHERE dealer_id = {dealer}" for table in of_dealer]
    items = f"SELECT i.id FROM run_items AS i JOIN runs AS r ON r.id = i.run_id WHERE r.dealer_id = {dealer}"
    asked += [
        f"SELECT count(*) FROM {table} WHERE run_item_id IN ({items})"
        for table in ("reported_parts", "part_matches", "run_mappings")
    ]
    return [db.session.execute(text(one)).scalar_one() for one in asked]


def indexes() -> set[str]:
    inspector = inspect(db.session.connection())
    return {index["name"] for table in shelves.LARGE for index in inspector.get_indexes(table)}


def test_each_copy_has_what_the_first_dealer_has_and_all_indexes_are_there(world):
    before = indexes()
    shelves.copy(50, 51, documents=1)
    assert counts(50) == counts(51) == counts(1) == [1, 2, 2, 1, 1, 3, 2, 1]
    assert indexes() == before


def test_a_copys_documents_are_found_by_that_dealer_alone(world):
    shelves.copy(50, 50, documents=1)
    if is_postgresql():
        index = search_index(db.session.connection())
        assert [found.dealer_id for found in index.search(50, "A-1", 10)] == [50]
        assert [found.dealer_id for found in index.search(1, "A-1", 10)] == [1]


def quantities(dealer: int) -> list[int]:
    asked = text("SELECT quantity FROM shelf_stock WHERE dealer_id = :dealer ORDER BY product_id")
    return list(db.session.scalars(asked, {"dealer": dealer}))


def test_the_first_dealer_is_synced_as_before(world):
    shelves.copy(50, 50, documents=1)
    assert world.sync(part("TR", "A-1", 7)).status == "succeeded"
    assert (quantities(1), quantities(50)) == ([7, 0], [1, 1])
