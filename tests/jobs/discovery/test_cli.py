"""The command `codes scan` (docs/commands.md)."""

from __future__ import annotations

import json

import pytest
from click.testing import Result
from flask import Flask, current_app

from jobs import cli
from sandbox.simulator import Simulator
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.code_discovery import scans
from webapp.core import clock
from webapp.extensions import db
from webapp.models import CodeScan, SupplierCode


@pytest.fixture
def harness(app: Flask, simulator: Simulator) -> SyncHarness:
    """A dealer whose commands reach the simulator."""
    app.config["LIGHTSPEED_API_URL"] = simulator.url
    cli.register(app)
    return SyncHarness(simulator)


def scan(harness: SyncHarness, *options: str) -> Result:
    db.session.rollback()
    arguments = ["codes", "scan", "--dealer", str(harness.dealer.id), *options]
    return current_app.test_cli_runner().invoke(args=arguments)


def some_codes(harness: SyncHarness) -> None:
    make_manufacturer("Tucker Rocky", numbers=[f"T-{number}" for number in range(9)])
    make_manufacturer("Yamaha", "oem", numbers=["T-0"])
    harness.set_parts(*(part("TR", f"T-{number}", 3) for number in range(10)), part("SHOP", "RAG", 1))


def test_scan_prints_each_code_with_its_stock_and_suggested_mappings(harness: SyncHarness):
    some_codes(harness)

    done = scan(harness)

    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "TR: 10 parts, 30 units, $300.00. 90% match Tucker Rocky (Aftermarket), 10% Yamaha (OEM)",
        "SHOP: 1 part, 1 unit, $10.00. No manufacturer in the catalogs has these part numbers",
    ]
    assert db.session.scalar(db.select(SupplierCode.id)) is None


def test_scan_prints_one_json_object(harness: SyncHarness):
    some_codes(harness)

    printed = json.loads(scan(harness, "--json").stdout)

    assert (printed["status"], printed["parts"]) == ("succeeded", 11)
    first = printed["codes"][0]
    assert (first["supplier_code"], first["parts"], first["units"], first["value"]) == (
        "TR",
        10,
        30,
        "300.00",
    )
    assert first["suggestions"][0] == {
        "catalog": "aftermarket",
        "manufacturer": "Tucker Rocky",
        "matched": 9,
        "share": 0.9,
    }


def test_a_scan_that_fails_says_why(harness: SyncHarness):
    harness.simulator.switches.password_state = "wrong"

    done = scan(harness)

    assert (done.exit_code, done.stdout) == (1, "")
    assert "didn't accept your 3PA Username" in done.stderr.splitlines()[-1]


def test_a_second_scan_is_refused_while_one_runs(harness: SyncHarness):
    scans.request(harness.dealer, "manual")
    row = db.session.get_one(CodeScan, harness.dealer.id)
    row.status, row.heartbeat_at = "running", clock.now()
    db.session.commit()

    assert "is running" in scan(harness).stderr
