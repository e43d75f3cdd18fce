"""Command `sync restore`: returns the inventory to its state before a run, in this process (R25)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import click

from jobs import shutdown
from jobs.sync import client_factory, run_sync
from jobs.sync.interruption import RunInterrupted
from webapp.core.limits import MAX_ID
from webapp.core.money import signed_decimal
from webapp.core.run_states import RunState
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.freezes import local_times
from webapp.models import Dealer, Run
from webapp.restores import preview, requests
from webapp.restores.freeze_choice import NO_FREEZE, FreezeChoice
from webapp.restores.preview import RestorePreview
from webapp.restores.restore_plan import plan
from webapp.runs import lifecycle
from webapp.search import outbox
from webapp.web.commands.arguments import dealer_of, dealer_option
from webapp.web.commands.errors import answering

REASON: Final = "Restored to before run {before}"


def _freeze_options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--reason", metavar="TEXT", help="Why, for the freeze; else which run was undone."),
        click.option("--freeze", "freezes", is_flag=True, help="Also freeze the codes until released."),
        click.option(
            "--freeze-until",
            "frozen_until",
            metavar="TIME",
            help="Also freeze the codes until this time in the dealer's zone, as 2026-12-04T17:00.",
        ),
    ):
        command = option(command)
    return command


@click.command("restore")
@dealer_option
@click.option("--before", "before_id", type=int, required=True, metavar="RUN", help="The first run to undo.")
@click.option("--code", "codes", multiple=True, help="Only this supplier code; can be repeated.")
@click.option("--preview", "only_preview", is_flag=True, help="Only print what would change.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@_freeze_options
@answering
def sync_restore(
    dealer_id: int,
    before_id: int,
    codes: tuple[str, ...],
    only_preview: bool,
    as_json: bool,
    **freeze_options: Any,
) -> None:
    """Return the inventory to its state before a run, for all codes or those given."""
    dealer = dealer_of(dealer_id)
    if dealer.closed_at is not None:
        raise click.ClickException(f"dealer {dealer_id} is closed")
    freeze = _freeze(dealer, before_id, **freeze_options)
    keys = [key_of(code) for code in codes] or None
    wanted = plan(db.session.connection(), _run_of(dealer, before_id), keys)
    unknown = sorted(set(keys or ()) - set(wanted.changed_codes))
    if unknown:
        raise click.ClickException(f"nothing changed since run {before_id} for {', '.join(unknown)}")
    summary = _summary(preview.preview(wanted))
    if only_preview:
        db.session.rollback()
        _print(summary, as_json)
        return
    run = _execute(requests.request(dealer, wanted, freeze=freeze, record=lifecycle.record).id)
    summary.update(run=run.id, status=run.status, frozen=freeze.kind != "no")
    _print(summary, as_json)
    if run.status != RunState.SUCCEEDED:
        raise click.ClickException(f"run {run.id} ended as {run.status}: {run.reason}")


def _freeze(
    dealer: Dealer, before_id: int, freezes: bool, frozen_until: str | None, reason: str | None
) -> FreezeChoice:
    if freezes and frozen_until is not None:
        raise click.UsageError("use one of --freeze and --freeze-until")
    if not freezes and frozen_until is None:
        if reason is not None:
            raise click.UsageError("--reason is that of --freeze or --freeze-until")
        return NO_FREEZE
    reason = REASON.format(before=before_id) if reason is None else reason
    if frozen_until is None:
        return FreezeChoice("released", None, reason)
    try:
        ends_at = local_times.parse_end(frozen_until, dealer.zone)
    except ValueError:
        ends_at = None
    if ends_at is None:
        raise click.UsageError("--freeze-until must be a time such as 2026-12-04T17:00, or a day")
    return FreezeChoice("until", ends_at, reason)


def _run_of(dealer: Dealer, run_id: int) -> Run:
    run = db.session.get(Run, run_id) if 0 < run_id <= MAX_ID else None
    if run is None or run.dealer_id != dealer.id:
        raise click.ClickException(f"run {run_id} of dealer {dealer.id} does not exist")
    return run


def _execute(run_id: int) -> Run:
    shutdown.on_signals(*shutdown.USUAL)
    context = run_sync.RunContext(client_factory.connect, shutdown.requested)
    try:
        run_sync.execute(run_id, context)
    except RunInterrupted as interrupted:
        raise click.ClickException(str(interrupted)) from None
    outbox.drain()
    return db.session.get_one(Run, run_id, populate_existing=True)


def _summary(shown: RestorePreview) -> dict[str, Any]:
    return {
        "before": shown.plan.before_run_id,
        "products": shown.products,
        "changes": shown.summary.changes,
        "units": shown.summary.sum.pieces,
        "value": signed_decimal(shown.summary.sum.value_cents),
        "codes": [
            {
                "supplier_code": line.name,
                "changes": line.changes,
                "units": line.pieces,
                "value": signed_decimal(line.value_cents),
            }
            for line in shown.codes
            if line.is_chosen and line.changes
        ],
        "undone": [
            {"run": line.run_id, "cause": line.cause, "at": line.at.isoformat(), "changes": line.changes}
            for line in shown.plan.undone
        ],
    }


def _print(summary: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False))
        return
    click.echo("{products} products, {changes} changes, {units:+} units, {value} in value".format(**summary))
    for line in summary["codes"]:
        click.echo("{supplier_code}: {changes} changes, {units:+} units, {value} in value".format(**line))
    for line in summary["undone"]:
        where = f"run {line['run']}" if line["run"] is not None else "outside of runs"
        click.echo(f"undone: {line['changes']} changes of {where} ({line['cause']}), {line['at']}")
    if "run" in summary:
        frozen = ", its codes are frozen" if summary["frozen"] else ""
        click.echo("run {run} {status}".format(**summary) + frozen)
