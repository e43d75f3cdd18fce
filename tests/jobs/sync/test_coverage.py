"""What a run records of how much is online, and of old data (R29)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import time_machine
from sqlalchemy import select, update

from tests.factories import make_found_code, make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.core import clock
from webapp.extensions import db
from webapp.models import CoverageDay, PullBlock, StockSummary
from webapp.models.coverage import OVERALL, UNMAPPED


def days(harness: SyncHarness) -> dict[str, tuple[int, ...]]:
    """The figures of the last day by code key: parts, units and value, each before what of it is online."""
    query = select(CoverageDay).where(CoverageDay.dealer_id == harness.dealer.id).order_by(CoverageDay.day)
    found = {
        row.code_key: (
            *(row.parts, row.parts_online, row.units, row.units_online),
            *(row.value_cents, row.value_online_cents),
        )
        for row in db.session.scalars(query)
    }
    db.session.commit()
    return found


def summary(harness: SyncHarness) -> StockSummary:
    return db.session.get_one(StockSummary, harness.dealer.id, populate_existing=True)


def old(code: str, number: str, **age: float) -> dict[str, Any]:
    """A part gathered so long ago."""
    return part(code, number, 2, DateGathered=(clock.now() - timedelta(**age)).strftime("%Y-%m-%dT%H:%M:%S"))


def test_a_run_records_what_of_each_code_and_of_all_stock_is_online(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    make_found_code(harness.dealer, "XX", parts=4, on_hand_units=9, on_hand_cents=5000)
    sold_out = part("TR", "A-3", 0)
    harness.sync(part("TR", "A-1", 3), part("TR", "A-2", 2, Retail=None), part("TR", "A-4", 1), sold_out)
    of_code = (3, 1, 6, 3, 4000, 3000)
    assert days(harness) == {
        "tr": of_code,
        UNMAPPED: (4, 0, 9, 0, 5000, 0),
        OVERALL: (7, 1, 15, 3, 9000, 3000),
    }
    assert summary(harness).online == 1 / 7
    assert summary(harness).online_value == 1 / 3


def test_blocks_of_earlier_versions_are_counted(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.sync(part("TR", "A-1", 3), part("TR", "A-2", 2))
    before = days(harness)
    nothing = dict.fromkeys(("stock_parts", "stock_units", "stock_cents", "online_units", "online_cents"))
    db.session.execute(update(PullBlock).values(nothing))
    db.session.commit()
    harness.sync()
    assert days(harness) == before


def test_what_fell_since_the_days_before_is_noted(harness: SyncHarness) -> None:
    maker = make_manufacturer("Tucker", numbers=[f"A-{number}" for number in range(4)])
    harness.map_code("TR", maker)
    parts = [part("TR", f"A-{number}", 1) for number in range(4)]
    with time_machine.travel(clock.now() - timedelta(days=1)):
        harness.sync(*parts)
    harness.sync(*parts, *[part("TR", f"X-{number}", 1) for number in range(4)])
    found = summary(harness)
    assert (found.usual, found.online, found.fallen) == (1.0, 0.5, [["TR", 4]])


def test_the_age_of_the_data_is_that_when_it_was_received(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.sync(old("TR", "A-1", hours=40))
    assert summary(harness).data_age_minutes == 40 * 60


def test_old_data_is_not_applied_if_the_dealer_chose_so(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    harness.map_code("KA", make_manufacturer("Kawasaki", "oem", numbers=["K-1"]))
    harness.change_settings(hold_old_data=True)
    young = old("KA", "K-1", hours=35)
    run = harness.sync(old("TR", "A-1", hours=40), old("TR", "A-2", hours=40), young)
    item = harness.load_item(run, "TR")
    assert (run.status, item.status, item.error_kind, item.tries) == ("partial", "failed", "old_data", 1)
    assert item.error == "Lightspeed’s data for this code is 1 day old, and Hold Updates with Old Data is on."
    assert harness.shelf_quantities() == {("KA", "K-1"): 2}
    assert summary(harness).data_age_minutes == 40 * 60
    harness.change_settings(hold_old_data=False)
    harness.sync()
    assert harness.shelf_quantities() == {("TR", "A-1"): 2, ("KA", "K-1"): 2}
