"""The commands that run, queue and show syncs (docs/commands.md)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import Result
from flask import Flask, current_app
from sqlalchemy import select

from jobs import cli
from sandbox.simulator import Behavior, Fault, Simulator
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp import dealers
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Freeze
from webapp.runs import lifecycle


@pytest.fixture
def harness(app: Flask, simulator: Simulator) -> SyncHarness:
    """A dealer whose commands reach the simulator."""
    app.config["LIGHTSPEED_API_URL"] = simulator.url
    if "sync" not in app.cli.commands:
        cli.register(app)
    return SyncHarness(simulator)


def command(*arguments: str) -> Result:
    db.session.rollback()
    return current_app.test_cli_runner().invoke(args=arguments)


def run(harness: SyncHarness, *options: str) -> Result:
    return command("sync", "run", "--dealer", str(harness.dealer.id), *options)


def mapped(harness: SyncHarness) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]), pricing="retail")
    harness.set_parts(part("TR", "A-1", 3), part("TR", "=X", 1))


def test_run_prints_one_json_object_and_its_progress_elsewhere(harness: SyncHarness) -> None:
    mapped(harness)
    done = run(harness)
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {
        "run": 1,
        "status": "succeeded",
        "items": [
            {
                "supplier_code": "TR",
                "status": "succeeded",
                "fetched": 2,
                "synced": 1,
                "skipped": 1,
                "kept": 0,
                "cleared": 0,
                "changed": 1,
                "error": None,
            }
        ],
    }
    assert "TR: fetched 2" in done.stderr


def test_run_leaves_the_index_drained(harness: SyncHarness) -> None:
    mapped(harness)
    run(harness)
    found = command("webstore", "search", "--dealer", str(harness.dealer.id), "A-1")
    assert json.loads(found.stdout)["shelf_quantity"] == 3


def test_run_without_codes_succeeds_also_before_anything_is_configured(harness: SyncHarness) -> None:
    harness.configuration.enabled = False
    db.session.commit()
    done = run(harness)
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {"run": 1, "status": "succeeded", "items": []}
    assert harness.simulator.requests == []


def test_run_for_a_dealer_without_3pa_is_refused(harness: SyncHarness) -> None:
    mapped(harness)
    harness.configuration.enabled = False
    db.session.commit()
    done = run(harness)
    assert done.exit_code == 1
    assert "turned off" in done.stderr


@pytest.mark.parametrize("verb", ["run", "queue"])
def test_a_closed_dealer_has_no_runs(harness: SyncHarness, verb: str) -> None:
    mapped(harness)
    dealers.dealer_admin.close(harness.dealer)
    done = command("sync", verb, "--dealer", str(harness.dealer.id))
    assert (done.exit_code, done.stderr) == (1, f"Error: dealer {harness.dealer.id} is closed\n")
    assert harness.simulator.requests == []


def test_run_on_a_disabled_day_is_skipped_unless_forced(harness: SyncHarness) -> None:
    mapped(harness)
    harness.change_settings(disabled_on=[clock.local_now("America/Chicago").strftime("%A")])
    skipped = run(harness)
    assert (skipped.exit_code, json.loads(skipped.stdout)["status"]) == (0, "skipped")
    done = run(harness, "--anyway")
    assert (done.exit_code, json.loads(done.stdout)["status"]) == (0, "succeeded")


@pytest.mark.parametrize("kind", ["json_string", "html"])
def test_a_run_that_does_not_succeed_exits_with_1_and_still_prints(harness: SyncHarness, kind: str) -> None:
    mapped(harness)
    harness.simulator.switches = Behavior(faults=[Fault(kind, times=None)])  # type: ignore[arg-type]
    done = run(harness)
    assert done.exit_code == 1
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["items"][0]["status"]) == ("failed", "failed")
    assert answer["items"][0]["error"]


def test_run_takes_over_a_run_whose_worker_died(harness: SyncHarness) -> None:
    mapped(harness)
    left = lifecycle.record(harness.dealer, "manual").run
    left.status, left.attempt, left.heartbeat_at = "running", 1, clock.now() - timedelta(seconds=91)
    db.session.commit()
    done = run(harness)
    assert (done.exit_code, json.loads(done.stdout)["run"]) == (0, left.id)


def test_run_does_not_disturb_an_active_run(harness: SyncHarness) -> None:
    mapped(harness)
    active = lifecycle.record(harness.dealer, "manual").run
    active.status, active.attempt, active.heartbeat_at = "running", 1, clock.now()
    db.session.commit()
    done = run(harness)
    assert done.exit_code == 1
    assert f"run {active.id} of dealer {harness.dealer.id} is already running" in done.stderr


def test_queue_prints_the_id_and_repeating_it_the_same(harness: SyncHarness) -> None:
    mapped(harness)
    first = command("sync", "queue", "--dealer", str(harness.dealer.id))
    second = command("sync", "queue", "--dealer", str(harness.dealer.id))
    assert (first.exit_code, first.stdout) == (0, "1\n")
    assert (second.exit_code, second.stdout) == (0, "1\n")
    assert "already queued" in second.stderr


def test_queue_without_codes_is_refused(harness: SyncHarness) -> None:
    done = command("sync", "queue", "--dealer", str(harness.dealer.id))
    assert done.exit_code == 1
    assert "There are currently no supplier codes configured" in done.stderr


def test_report_prints_both_files_with_formulas_defused(harness: SyncHarness) -> None:
    mapped(harness)
    run(harness)
    inventory = command("sync", "report", "1")
    assert inventory.stdout.splitlines() == [
        "catalog,manufacturer,supplier_code,part_number,brand,mpn,name,reported_quantity,shelf_quantity,"
        "sale_price,lead_time_days,change",
        "aftermarket,Tucker,TR,A-1,Tucker,A-1,Product A-1,3,3,10.00,1,new",
    ]
    skipped = command("sync", "report", "1", "--skipped")
    assert skipped.stdout.splitlines() == [
        "supplier_code,part_number,description,quantity,reason,candidate",
        "TR,'=X,Part =X,1,No product has this part number,",
    ]


def test_a_missing_report_is_reported(harness: SyncHarness) -> None:
    for number in ("7", "99999999999999"):
        missing = command("sync", "report", number)
        assert missing.exit_code == 1
        assert f"run {number} does not exist" in missing.stderr


@pytest.mark.parametrize("arguments", [("run",), ("queue",)])
def test_a_missing_dealer_is_reported(harness: SyncHarness, arguments: tuple[str, ...]) -> None:
    done = command("sync", *arguments, "--dealer", "77")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "dealer 77 does not exist" in done.stderr


def test_check_says_whether_the_credentials_work(harness: SyncHarness) -> None:
    good = command("lightspeed", "check", "--dealer", str(harness.dealer.id))
    assert (good.exit_code, good.stdout) == (0, "connected\n")
    assert harness.configuration.check_state == "connected"
    harness.simulator.switches = Behavior(password_state="wrong")
    bad = command("lightspeed", "check", "--dealer", str(harness.dealer.id))
    assert (bad.exit_code, bad.stdout) == (1, "")
    db.session.expire_all()
    assert harness.configuration.check_state == "refused"
    assert "Third Party Access" in bad.stderr


def test_restore_previews_and_restores_the_state_before_a_run(harness: SyncHarness) -> None:
    mapped(harness)
    harness.sync()
    harness.sync(part("TR", "A-1", 1))
    options = ["sync", "restore", "--dealer", str(harness.dealer.id), "--before", "2"]
    shown = command(*options, "--code", " tr", "--preview", "--json")
    expected = {
        **{"before": 2, "products": 1, "changes": 1, "units": 2, "value": "20.00"},
        "codes": [{"supplier_code": "TR", "changes": 1, "units": 2, "value": "20.00"}],
    }
    undone = json.loads(shown.stdout).pop("undone")
    assert json.loads(shown.stdout) == {**expected, "undone": undone}
    assert [(row["run"], row["cause"], row["changes"]) for row in undone] == [(2, "reported", 1)]
    assert harness.shelf_quantities() == {("TR", "A-1"): 1}
    done = command(*options)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "run 3 succeeded")
    assert harness.shelf_quantities() == {("TR", "A-1"): 3}
    again = command(*options)
    assert (again.exit_code, again.stderr.count("\n")) == (1, 1)
    assert "Nothing to restore" in again.stderr


def test_restore_can_freeze_what_it_restores(harness: SyncHarness) -> None:
    mapped(harness)
    harness.sync()
    harness.sync(part("TR", "A-1", 1))
    options = ["sync", "restore", "--dealer", str(harness.dealer.id), "--before", "2"]
    for wrong in (
        ["--freeze", "--freeze-until", "2099-01-01T07:00"],
        ["--freeze-until", "tomorrow"],
        ["--freeze-until", ""],
        ["--reason", "Bad data"],
    ):
        assert command(*options, *wrong).exit_code == 2
    too_late = command(*options, "--freeze-until", "2001-01-01T07:00")
    assert (too_late.exit_code, too_late.stderr.count("\n")) == (1, 1)
    assert harness.shelf_quantities() == {("TR", "A-1"): 1}
    until = (clock.now() + timedelta(days=2)).astimezone(harness.dealer.zone)
    done = command(*options, "--freeze-until", until.strftime("%Y-%m-%dT%H:%M"), "--json")
    assert json.loads(done.stdout)["frozen"] is True
    frozen = db.session.scalars(select(Freeze)).one()
    assert (frozen.what, frozen.reason) == ("Code TR", "Restored to before run 2")
    assert frozen.ends_at == until.replace(second=0, microsecond=0)
    harness.sync(part("TR", "A-1", 1))
    assert harness.shelf_quantities() == {("TR", "A-1"): 3}


def test_restore_freezes_until_released_with_the_reason_given(harness: SyncHarness) -> None:
    mapped(harness)
    harness.sync()
    harness.sync(part("TR", "A-1", 1))
    options = ["sync", "restore", "--dealer", str(harness.dealer.id), "--before", "2"]
    assert command(*options, "--freeze", "--preview").exit_code == 0
    assert db.session.scalar(select(Freeze)) is None
    done = command(*options, "--freeze", "--reason", "Bad data")
    assert done.stdout.splitlines()[-1] == "run 3 succeeded, its codes are frozen"
    frozen = db.session.scalars(select(Freeze)).one()
    assert (frozen.ends_at, frozen.reason) == (None, "Bad data")
