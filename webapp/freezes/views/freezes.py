"""Freezes: the dealer's list, adding one, releasing one, and what they kept back (R26)."""

from __future__ import annotations

from typing import Final

from flask import Response, abort, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.core.errors import FieldRefused
from webapp.extensions import db
from webapp.freezes import freeze_list, freezing
from webapp.freezes.forms import FIELDS, FreezeForm
from webapp.models import Freeze, Run, RunItem
from webapp.runs import changes_csv
from webapp.web import bodies, downloads, htmx, replica, tenancy
from webapp.web.numbers import count
from webapp.web.query_args import whole, wholes

pages = tenancy.dealer_blueprint("freezes", __name__, "/freezes")
OVER: Final = "It had already ended."
NOTHING: Final = "Select at least one freeze."
MOST_SELECTED: Final = 1_000


@pages.get("")
def index() -> Response:
    """List the freezes, with the form for a new one."""
    return _answer(_form(empty=True))


@pages.post("")
def create() -> ResponseReturnValue:
    """Freeze a code, a manufacturer or all."""
    form = _form()
    if not form.validate():
        return _answer(form, 422)
    try:
        row = freezing.freeze(g.dealer, by=current_user, **form.values())
    except FieldRefused as refusal:
        form.blame(FIELDS.get(refusal.field, refusal.field), str(refusal))
        return _answer(form, 422)
    word = "frozen" if row.state == "active" else "planned to be frozen"
    flash(f"{row.what}: {word}.", "success")
    return _done()


@pages.post("/<id:freeze_id>/release")
def release(freeze_id: int) -> ResponseReturnValue:
    """End a freeze, and apply what it kept back."""
    row = tenancy.of_dealer(Freeze, freeze_id)
    what = row.what
    is_released, run = freezing.release(row, current_user)
    if not is_released:
        flash(OVER, "warning")
        return _answer(_form(empty=True), 409)
    return _released(what, run)


@pages.post("/release")
@bodies.allows(fields=MOST_SELECTED + 10)
def release_selected() -> ResponseReturnValue:
    """End the selected freezes, or all that the page showed, and apply what they kept back.

    `all` is the id of the last freeze that it showed: one that was added since stays.
    """
    last, chosen = whole(request.form, "all") or 0, set(wholes(request.form, "freeze", MOST_SELECTED))
    current = freeze_list.of_dealer(g.dealer.id).current
    rows = [row for row in current if (row.id <= last if last else row.id in chosen)]
    released, run = freezing.release_all(g.dealer, rows, current_user)
    if not released:
        flash(NOTHING, "warning")
        return _answer(_form(empty=True), 409)
    return _released(count(len(released), "freeze"), run)


def _released(what: str, run: Run | None) -> ResponseReturnValue:
    follows = f" Run {run.id} is applying what was kept back." if run else ""
    flash(f"{what} released.{follows}", "success")
    return _done()


@pages.get("/runs/<id:run_id>/codes/<id:item_id>.csv")
@replica.may_serve
def download(run_id: int, item_id: int) -> Response:
    """Send what freezes kept back of a run's code."""
    run, item = tenancy.of_dealer(Run, run_id), db.session.get(RunItem, item_id)
    if item is None or item.run_id != run.id or not item.frozen:
        abort(404, freeze_list.NOT_KEPT)
    source = freeze_list.planned_by(item, run.dealer_id)
    if source is None:
        abort(404, freeze_list.NOT_KEPT)
    headers = downloads.headers(f"not-applied-run-{run.id}-{item_id}.csv")
    content = changes_csv.pieces_of(
        replica.engine(), lambda connection: freeze_list.kept_back(connection, source, run.dealer_id)
    )
    return Response(content, mimetype=downloads.CSV, headers=headers)


def _form(*, empty: bool = False) -> FreezeForm:
    given = {"formdata": None} if empty else {}
    return FreezeForm.of(freeze_list.targets(g.dealer.id), g.dealer.zone, **given)


def _done() -> ResponseReturnValue:
    return _answer(_form(empty=True)) if htmx.wants_fragment() else htmx.redirect_to(url_for(".index"))


def _answer(form: FreezeForm, status: int = 200) -> Response:
    found = freeze_list.of_dealer(g.dealer.id)
    return htmx.answer("freezes", status, found=found, form=form, labels=freeze_list.LABELS)
