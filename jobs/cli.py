"""The commands that talk to Lightspeed or look at runs: `sync …` and `lightspeed check`."""

from __future__ import annotations

import json
import shutil
import sys
from typing import Any

import click
from flask import Flask

from jobs import shutdown
from jobs.sync import check, client_factory, run_sync
from jobs.sync.interruption import RunInterrupted
from webapp.core import storage
from webapp.core.limits import MAX_ID
from webapp.core.run_states import RunState
from webapp.core.spreadsheet import BOM
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Dealer, Report, Run
from webapp.runs import lifecycle
from webapp.search import outbox
from webapp.web.commands.arguments import dealer_of, dealer_option
from webapp.web.commands.errors import answering
from webapp.web.commands.output import goes_to_file

sync = click.Group("sync", help="Run, queue and look at inventory updates.")


def register(app: Flask) -> None:
    """Add the commands to the app's own; `lightspeed` is a group that webapp/lightspeed/cli.py made."""
    app.cli.add_command(sync)
    lightspeed: Any = app.cli.commands["lightspeed"]
    lightspeed.add_command(lightspeed_check)


@sync.command("run")
@dealer_option
@click.option("--anyway", is_flag=True, help="Also on a disabled day.")
@answering
def sync_run(dealer_id: int, anyway: bool) -> None:
    """Run one sync in this process and print its outcome as JSON."""
    dealer = dealer_of(dealer_id)
    _refuse_switched_off(dealer)
    run = _take(dealer, anyway)
    shutdown.on_signals(*shutdown.USUAL)
    around = run_sync.RunContext(client_factory.connect, shutdown.requested, tell=_tell)
    try:
        if not run_sync.execute(run.id, around):
            raise click.ClickException(f"run {run.id} of dealer {dealer_id} is under way")
    except RunInterrupted as interrupted:
        raise click.ClickException(str(interrupted)) from None
    outbox.drain()
    run = db.session.get_one(Run, run.id, populate_existing=True)
    click.echo(json.dumps(_summary(run), ensure_ascii=False))
    if run.status not in (RunState.SUCCEEDED, RunState.SKIPPED):
        sys.exit(1)


def _take(dealer: Dealer, anyway: bool) -> Run:
    """A new run, or the active one: waiting, or left behind by a worker that died (R19)."""
    run = lifecycle.record(dealer, "command", anyway=anyway).run
    if anyway and not run.anyway:
        run.anyway = True
        db.session.commit()
    return run


@sync.command("queue")
@dealer_option
@click.option("--anyway", is_flag=True, help="Also on a disabled day.")
@answering
def sync_queue(dealer_id: int, anyway: bool) -> None:
    """Queue a run for the workers and print its id; the id of the active one where there is one."""
    dealer = dealer_of(dealer_id)
    _refuse_switched_off(dealer)
    if not lifecycle.has_supplier_codes(dealer_id):
        raise click.ClickException("There are currently no supplier codes configured")
    started = lifecycle.start(dealer, "command", anyway=anyway)
    if not started.created:
        _tell(f"run {started.run.id} is already {started.run.status}")
    click.echo(started.run.id)


@sync.command("report")
@click.argument("run_id", metavar="RUN", type=int)
@click.option("--skipped", is_flag=True, help="The skipped report instead of the inventory report.")
@answering
def sync_report(run_id: int, skipped: bool) -> None:
    """Print a run's CSV report."""
    if not 0 < run_id <= MAX_ID or db.session.get(Run, run_id) is None:
        raise click.ClickException(f"run {run_id} does not exist")
    kind = "skipped" if skipped else "inventory"
    report = db.session.scalar(db.select(Report).where(Report.run_id == run_id, Report.kind == kind))
    if report is None:
        raise click.ClickException(f"run {run_id} has no {kind} report")
    try:
        with storage.open_for_reading(report.path) as file:
            first = file.read(1)
            if first != BOM or goes_to_file(sys.stdout):
                sys.stdout.write(first)
            shutil.copyfileobj(file, sys.stdout)
    except storage.StorageError as error:
        raise click.ClickException(str(error)) from None


@click.command("check")
@dealer_option
@answering
def lightspeed_check(dealer_id: int) -> None:
    """Validate the dealer's 3PA credentials now."""
    configuration = configurations.of(dealer_of(dealer_id))
    configuration.check_number += 1
    db.session.commit()
    reason = check.check_credentials(dealer_id, configuration.check_number, client_factory.connect)
    if reason is not None:
        raise click.ClickException(reason)
    click.echo("connected")


def _refuse_switched_off(dealer: Dealer) -> None:
    if dealer.closed_at is not None:
        raise click.ClickException(f"dealer {dealer.id} is closed")
    if lifecycle.has_supplier_codes(dealer.id) and not configurations.of(dealer).enabled:
        raise click.ClickException(f"Lightspeed 3PA/Data Warehouse is not enabled for dealer {dealer.id}")


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _summary(run: Run) -> dict[str, Any]:
    return {
        "run": run.id,
        "status": run.status,
        "items": [
            {
                "supplier_code": item.supplier_code,
                "status": item.status,
                "fetched": item.fetched,
                "synced": item.synced,
                "skipped": item.skipped,
                "kept": item.kept,
                "cleared": item.cleared,
                "changed": item.changed,
                "error": item.error,
            }
            for item in run.items
        ],
    }
