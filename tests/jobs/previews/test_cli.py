"""`sync preview` prints what an update would change (R24)."""

from __future__ import annotations

import json

import pytest
from click.testing import Result
from flask import Flask, current_app

from jobs import cli
from sandbox.simulator import Behavior, Simulator
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.extensions import db
from webapp.runs import lifecycle


@pytest.fixture
def harness(app: Flask, simulator: Simulator) -> SyncHarness:
    """A dealer with two parts on the shelf, whose commands reach the simulator."""
    app.config["LIGHTSPEED_API_URL"] = simulator.url
    if "sync" not in app.cli.commands:
        cli.register(app)
    harness = SyncHarness(simulator)
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1", "A-2", "A-3"]), pricing="retail")
    harness.sync(part("TR", "A-1", 3), part("TR", "A-2", 1))
    harness.set_parts(part("TR", "A-1", 5, Retail=12), part("TR", "A-3", 2), part("TR", "?", 1))
    return harness


def preview(harness: SyncHarness, *options: str) -> Result:
    db.session.rollback()
    arguments = ["sync", "preview", "--dealer", str(harness.dealer.id), *options]
    return current_app.test_cli_runner().invoke(args=arguments)


def test_it_prints_one_json_object(harness: SyncHarness) -> None:
    done = preview(harness, "--json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert (found["status"], found["codes"][0]["supplier_code"]) == ("ready", "TR")
    kinds = ("new", "up", "down", "to_zero", "price_up", "price_down", "skipped")
    assert [found["totals"][kind] for kind in kinds] == [1, 1, 0, 1, 1, 0, 1]
    figures = ("units_before", "units_after", "value_before", "value_after")
    assert [found["codes"][0][name] for name in figures] == [4, 7, "40.00", "80.00"]
    assert harness.shelf_quantities() == {("TR", "A-1"): 3, ("TR", "A-2"): 1}


def test_it_prints_a_table_with_totals(harness: SyncHarness) -> None:
    lines = [line.split() for line in preview(harness, "--code", "tr").stdout.splitlines()]
    assert lines[1] == ["TR", "succeeded", *"11011047", "40.00", "80.00"]
    assert lines[2][0] == "total"


def test_a_code_that_fails_is_named(harness: SyncHarness) -> None:
    harness.simulator.switches = Behavior(filtering="ignored")
    harness.set_parts(part("TR", "A-1", 3, lastupdatedate=None))
    done = preview(harness)
    assert (done.exit_code, "TR: " in done.stdout) == (1, True)


def test_it_refuses_with_one_clear_line(harness: SyncHarness) -> None:
    assert "no supplier code XX" in preview(harness, "--code", "XX").stderr
    lifecycle.record(harness.dealer, "manual")
    done = preview(harness)
    assert (done.exit_code, "preview after it has ended" in done.stderr) == (1, True)
