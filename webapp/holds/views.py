"""Page of an update that is on hold: what it would change, and the decision (R27)."""

from __future__ import annotations

from typing import Final

from flask import Response, abort, flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.holds import planned_changes
from webapp.models import HeldPull
from webapp.runs import changes_csv, held_pulls, hold_labels
from webapp.web import htmx, replica, tenancy
from webapp.web.query_args import text

pages = tenancy.dealer_blueprint("held_pulls", __name__, "/held-updates/<id:pull_id>")
DECIDED: Final = "This was already decided, or a later update replaced it."


@pages.get("")
def show(pull_id: int) -> Response:
    """Show what the update would change, and why it is on hold. A poll passes the state that it shows."""
    pull = tenancy.of_dealer(HeldPull, pull_id)
    if htmx.wants_fragment() and request.args.get("seen") == pull.state:
        return Response(status=204)
    return _answer(pull)


@pages.get("/changes.csv")
@replica.may_serve
def download(pull_id: int) -> Response:
    """Send all changes that it would make as an attachment."""
    pull = tenancy.of_dealer(HeldPull, pull_id)
    name = f"changes-on-hold-{pull.id}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    source = planned_changes.Source.of(pull)
    content = changes_csv.pieces_of(
        replica.engine(), lambda connection: planned_changes.of_source(connection, source)
    )
    return Response(content, mimetype="text/csv", headers=headers)


@pages.post("/decision")
def decide(pull_id: int) -> ResponseReturnValue:
    """Apply the update, or keep what the webstore has; an earlier decision stands."""
    pull = tenancy.of_dealer(HeldPull, pull_id)
    decisions = {"apply": held_pulls.apply_pull, "keep": held_pulls.keep_pull}
    decision = decisions.get(text(request.form, "decision"))
    if decision is None:
        abort(404)
    if not decision(pull, current_user):
        flash(DECIDED, "warning")
        return _answer(pull, 409)
    flash("Saved.", "info")
    return _answer(pull) if htmx.wants_fragment() else htmx.redirect_to(url_for(".show", pull_id=pull.id))


def _answer(pull: HeldPull, status: int = 200) -> Response:
    newest = held_pulls.latest(pull)
    return htmx.answer(
        "holds",
        status,
        pull=pull,
        label=hold_labels.pull_status(pull),
        kinds=planned_changes.kinds(pull),
        newest=newest if newest is not None and newest.id != pull.id else None,
    )
