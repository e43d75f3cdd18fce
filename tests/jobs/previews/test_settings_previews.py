"""A preview of settings is what an update does once they are saved (R24)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.factories import make_manufacturer
from tests.jobs.previews.previewing import contents, done, planned, preview, shelf_total
from tests.sync_harness import SyncHarness, part
from webapp.extensions import db
from webapp.models import SupplierCode
from webapp.previews.overrides import Overrides
from webapp.supplier_codes import changes


@pytest.fixture
def stocked(harness: SyncHarness) -> SyncHarness:
    """Two codes on the same products, without prices; one part has more available than on hand."""
    numbers = ["A-1", "A-2", "A-3", "A-4"]
    harness.map_code("TR", make_manufacturer("Tucker", numbers=numbers))
    harness.map_code("PU", db.session.scalars(db.select(SupplierCode)).one().manufacturer)
    harness.change_settings(clear_previous=False)
    harness.sync(part("TR", "A-1", 4), part("TR", "A-2", 2), part("PU", "A-1", 1), part("PU", "A-3", 5))
    harness.sync(part("TR", "A-1", 4, Avail=7), part("PU", "A-1", 1), part("PU", "A-3", 5))
    return harness


def code(name: str) -> SupplierCode:
    return db.session.scalars(db.select(SupplierCode).where(SupplierCode.code == name)).one()


SAVED: list[tuple[str, Callable[[], Overrides], Callable[[SyncHarness], object]]] = [
    (
        "quantity_column",
        lambda: Overrides(quantity_column="available"),
        lambda harness: harness.change_settings(quantity_column="available"),
    ),
    (
        "clear_previous",
        lambda: Overrides(clear_previous=True),
        lambda harness: harness.change_settings(clear_previous=True),
    ),
    ("removed", lambda: Overrides(without=code("PU").id), lambda _: changes.remove(code("PU"), clear=False)),
]


@pytest.mark.parametrize(("_name", "overrides", "save"), SAVED, ids=[name for name, *_ in SAVED])
def test_it_is_what_an_update_does_once_they_are_saved(
    stocked: SyncHarness,
    _name: str,
    overrides: Callable[[], Overrides],
    save: Callable[[SyncHarness], object],
) -> None:
    before, requests = contents(), len(stocked.simulator.requests)
    row = preview(stocked, "settings", overrides=overrides().stored())
    assert row.state == "ready"
    assert contents() == before
    assert len(stocked.simulator.requests) == requests
    plan, figures = planned(row), row.figures or {}
    save(stocked)
    db.session.commit()
    assert plan == done(stocked.sync())
    assert figures["after"] == shelf_total(stocked)


def test_prices_that_are_turned_on_for_one_code(stocked: SyncHarness) -> None:
    row = preview(
        stocked, "settings", overrides=Overrides(pricing="retail", of_mapping=code("TR").id).stored()
    )
    plan = planned(row)
    code("TR").pricing = "retail"
    db.session.commit()
    assert plan == done(stocked.sync())
    assert [len(changes) for _, _, changes in plan.values()] == [1, 0]


def test_a_safety_buffer_keeps_units_back(stocked: SyncHarness) -> None:
    row = preview(stocked, "settings", overrides=Overrides(buffer_units=2).stored())
    after = {each.change.place.code_key: each.change.after.quantity for each in planned(row)["tr"][2]}
    assert after == {"tr": 2}
    assert row.figures is not None
    assert row.figures["after"]["pieces"] == row.figures["before"]["pieces"] - 2 - 1 - 2


def test_without_stored_pulls_it_says_what_to_do(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker"))
    row = preview(harness, "settings", overrides=Overrides(clear_previous=True).stored())
    assert (row.state, "Preview an update instead" in (row.reason or "")) == ("failed", True)
