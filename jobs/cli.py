"""Commands for runs and Lightspeed requests: `sync …` and `lightspeed check`."""

from __future__ import annotations

import json
import shutil
import sys
from typing import Any

import click
from flask import Flask

from jobs import shutdown
from jobs.discovery.cli import codes
from jobs.previews.cli import sync_preview
from jobs.sync import check, client_factory, run_sync
from jobs.sync.interruption import RunInterrupted
from jobs.sync.restoring.cli import sync_restore
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

sync = click.Group("sync", help="Run and queue inventory updates, and print their reports.")


def register(app: Flask) -> None:
    """Add the commands to the app; webapp/lightspeed/cli.py creates the `lightspeed` group."""
    sync.add_command(sync_preview)
    sync.add_command(sync_restore)
    app.cli.add_command(sync)
    app.cli.add_command(codes)
    lightspeed: Any = app.cli.commands["lightspeed"]
    lightspeed.add_command(lightspeed_check)


@sync.command("run")
@dealer_option
@click.option("--anyway", is_flag=True, help="Run even on a disabled day.")
@answering
def sync_run(dealer_id: int, anyway: bool) -> None:
    """Run one sync in this process and print its outcome as JSON."""
    dealer = dealer_of(dealer_id)
    _require_enabled(dealer)
    run = _new_or_active_run(dealer, anyway)
    shutdown.on_signals(*shutdown.USUAL)
    context = run_sync.RunContext(client_factory.connect, shutdown.requested, tell=_print_to_stderr)
    try:
        if not run_sync.execute(run.id, context):
            raise click.ClickException(f"run {run.id} of dealer {dealer_id} is already running")
    except RunInterrupted as interrupted:
        raise click.ClickException(str(interrupted)) from None
    outbox.drain()
    run = db.session.get_one(Run, run.id, populate_existing=True)
    click.echo(json.dumps(_summary(run), ensure_ascii=False))
    if run.status not in (RunState.SUCCEEDED, RunState.SKIPPED):
        sys.exit(1)


def _new_or_active_run(dealer: Dealer, anyway: bool) -> Run:
    """Create a run, or return the active one, which may be queued or abandoned by a dead worker (R19)."""
    run = lifecycle.record(dealer, "command", anyway=anyway).run
    if anyway and not run.anyway:
        run.anyway = True
        db.session.commit()
    return run


@sync.command("queue")
@dealer_option
@click.option("--anyway", is_flag=True, help="Run even on a disabled day.")
@answering
def sync_queue(dealer_id: int, anyway: bool) -> None:
    """Queue a run for the workers and print its id, or the id of the active run if there is one."""
    dealer = dealer_of(dealer_id)
    _require_enabled(dealer)
    if not lifecycle.has_supplier_codes(dealer_id):
        raise click.ClickException("There are currently no supplier codes configured")
    result = lifecycle.start(dealer, "command", anyway=anyway)
    if not result.created:
        _print_to_stderr(f"run {result.run.id} is already {result.run.status}")
    click.echo(result.run.id)


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
            first_character = file.read(1)
            if first_character != BOM or goes_to_file(sys.stdout):
                sys.stdout.write(first_character)
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


def _require_enabled(dealer: Dealer) -> None:
    if dealer.closed_at is not None:
        raise click.ClickException(f"dealer {dealer.id} is closed")
    if lifecycle.has_supplier_codes(dealer.id) and not configurations.of(dealer).enabled:
        raise click.ClickException(f"Lightspeed 3PA/Data Warehouse is turned off for dealer {dealer.id}")


def _print_to_stderr(line: str) -> None:
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
