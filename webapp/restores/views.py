"""Pages of a restore: its exact preview, all changes as CSV, and the request (R25)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from flask import Response, abort, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy.engine import Engine
from werkzeug.datastructures import MultiDict

from webapp.core.errors import Refused
from webapp.extensions import db
from webapp.models import Run
from webapp.restores import freeze_choice, preview, requests
from webapp.restores.restore_plan import RestorePlan, plan
from webapp.runs import changes_csv, lifecycle
from webapp.web import htmx, replica, tenancy

pages = tenancy.dealer_blueprint("restores", __name__, "/runs/<id:run_id>/restore")


@pages.get("")
def show(run_id: int) -> Response:
    """Show what a restore to before the run changes; `chosen` stands for a choice of codes."""
    return _answer(tenancy.of_dealer(Run, run_id), request.args)


@pages.get("/changes.csv")
@replica.may_serve
def download(run_id: int) -> Response:
    """Send all changes of the restore as an attachment."""
    run = tenancy.of_dealer(Run, run_id)
    try:
        wanted = plan(db.session.connection(), run, _codes(request.args))
    except Refused as refused:
        abort(404, str(refused))
    headers = {
        "Content-Disposition": f'attachment; filename="restore-before-run-{run.id}.csv"',
        "Cache-Control": "private, no-store",
    }
    return Response(_lines(replica.engine(), wanted), mimetype="text/csv", headers=headers)


@pages.post("")
def create(run_id: int) -> ResponseReturnValue:
    """Request the restore that the preview showed; one that is outdated is shown again."""
    run = tenancy.of_dealer(Run, run_id)
    try:
        wanted = plan(db.session.connection(), run, _codes(request.form))
        freeze = freeze_choice.given(request.form, g.dealer.zone)
        seen = request.form.get("seen", "")
        started = requests.request(g.dealer, wanted, by=current_user, seen=seen, freeze=freeze)
    except Refused as refused:
        flash(str(refused), "warning")
        return _answer(run, request.form, 409)
    flash(f"Run {started.id} restores the inventory to before run {run.id}.", "info")
    return htmx.redirect_to(url_for("runs.show", run_id=started.id))


def _codes(given: MultiDict[str, str]) -> list[str] | None:
    return given.getlist("code") if "chosen" in given else None


def _lines(engine: Engine, wanted: RestorePlan) -> Iterator[str]:
    return changes_csv.pieces_of(
        engine, lambda connection: preview.all_changes(replace(wanted, connection=connection))
    )


def _answer(run: Run, given: MultiDict[str, str], status: int = 200) -> Response:
    shown, refused = None, ""
    try:
        shown = preview.preview(plan(db.session.connection(), run, _codes(given)))
    except Refused as refusal:
        refused, status = str(refusal), 409
    active = lifecycle.active(run.dealer_id)
    return htmx.answer("restores", status, run=run, shown=shown, refused=refused, active=active)
