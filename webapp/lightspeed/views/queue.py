"""Queue Inventory Update dialog: previews a run, and queues it (R5, R7, R8)."""

from __future__ import annotations

from flask import Response, flash, g, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.lightspeed.queue_form import QueueForm
from webapp.lightspeed.queueing import QueueOutlook
from webapp.runs import lifecycle
from webapp.web import htmx, tenancy

pages = tenancy.dealer_blueprint("queue", __name__, "/runs")


@pages.get("/new")
def new() -> Response:
    """Show the preview for confirmation."""
    return _answer(QueueForm(formdata=None))


@pages.post("")
def create() -> ResponseReturnValue:
    """Queue a run, unless one is active or none is possible."""
    form, outlook = QueueForm(), _outlook()
    if outlook.hindrance or outlook.active_run:
        return _answer(form, 409)
    if outlook.is_disabled_day and not form.anyway.data:
        form.blame("anyway", f"{outlook.weekday} is a disabled day; turn on “Run anyway” to continue")
        return _answer(form, 422)
    started = lifecycle.start(g.dealer, "manual", requested_by=current_user, anyway=form.anyway.data)
    if not started.created:
        return _answer(form, 409)
    flash(f"Inventory update queued (run {started.run.id}).", "success")
    return htmx.redirect_to(url_for("runs.show", run_id=started.run.id))


def _answer(form: QueueForm, status: int = 200) -> Response:
    return htmx.answer("lightspeed/queue", status, form=form, outlook=_outlook())


def _outlook() -> QueueOutlook:
    return QueueOutlook.of(tenancy.shown_configuration())
