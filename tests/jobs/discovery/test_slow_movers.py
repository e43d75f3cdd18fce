"""Slow movers are counted by the weekly scan (R30)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from jobs.discovery import scan_codes as scan
from sandbox.simulator.behavior import Fault
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.code_discovery import scans
from webapp.core import clock
from webapp.extensions import db
from webapp.models import CodeScan, SlowMover, SlowMoverCode, SupplierCode
from webapp.slow_movers import counts


def aged(code: str, number: str, days: int, quantity: int = 1, **fields: Any) -> dict[str, Any]:
    moment = (clock.now() - timedelta(days=days)).strftime("%Y-%m-%dT00:00:00")
    return part(code, number, quantity, lastupdatedate=moment, **fields)


def run_scan(harness: SyncHarness, trigger: str = "weekly") -> CodeScan:
    scans.request(harness.dealer, trigger)
    scan.scan_codes(harness.dealer.id, harness.connect)
    return db.session.get_one(CodeScan, harness.dealer.id, populate_existing=True)


def counted(harness: SyncHarness) -> SlowMoverCode:
    return db.session.get_one(SlowMoverCode, (harness.dealer.id, "tr"), populate_existing=True)


@pytest.fixture
def mapped(harness: SyncHarness) -> SyncHarness:
    harness.map_code("TR", make_manufacturer("Tucker Rocky"))
    return harness


def test_the_weekly_scan_counts_old_parts_in_stock_and_those_that_will_be_soon(mapped: SyncHarness):
    mapped.set_parts(
        aged("TR", "T-1", 400, 3, Retail=10, LastSoldDate="2019-05-04T00:00:00"),
        aged("TR", "T-2", 350),
        aged("TR", "T-3", 30),
        aged("TR", "T-4", 400, 0),
        aged("XX", "X-1", 400),
    )
    row = run_scan(mapped)
    assert (row.status, row.error) == ("succeeded", None)
    code = counted(mapped)
    assert (code.supplier_code, code.parts, code.units, code.value_cents) == ("TR", 1, 3, 3000)
    rows = db.session.scalars(db.select(SlowMover).order_by(SlowMover.key)).all()
    assert [row.part_number for row in rows] == ["T-1", "T-2"]
    assert str(rows[0].sold_on) == "2019-05-04"
    filters = [request.options["$filter"] for request in mapped.simulator.requests]
    assert any("SupplierCode eq 'TR' and OnHand gt 0 and lastupdatedate lt" in text for text in filters)


def test_other_scans_count_only_what_a_user_asked_for(mapped: SyncHarness):
    mapped.set_parts(aged("TR", "T-1", 400))
    run_scan(mapped, "manual")
    assert db.session.get(SlowMoverCode, (mapped.dealer.id, "tr")) is None
    counts.request(mapped.dealer.id)
    run_scan(mapped, "manual")
    assert counted(mapped).parts == 1


def test_a_list_that_is_not_complete_changes_nothing_and_does_not_stop_the_scan(mapped: SyncHarness):
    mapped.set_parts(aged("TR", "T-1", 400))
    run_scan(mapped)
    counts.request(mapped.dealer.id)
    mapped.set_parts(aged("TR", "T-2", 400), aged("TR", "T-3", 400))
    mapped.simulator.switches.faults = [Fault("json_string", code="TR", times=None)]
    assert run_scan(mapped, "manual").status == "succeeded"
    code = counted(mapped)
    assert (code.parts, code.counted_at) == (1, None)
    assert "message instead of a parts list" in (code.error or "")


def test_a_removed_code_is_forgotten_by_the_next_weekly_count(mapped: SyncHarness):
    mapped.set_parts(aged("TR", "T-1", 400))
    run_scan(mapped)
    db.session.execute(db.delete(SupplierCode))
    db.session.commit()
    run_scan(mapped)
    assert [db.session.scalars(db.select(model)).all() for model in (SlowMover, SlowMoverCode)] == [[], []]
