"""Skipped parts page: what a run left out, why, and the remedy (R12, R18)."""

from __future__ import annotations

from flask import Response, g, request

from webapp.models import Run
from webapp.runs import skipped_parts, skipped_reasons
from webapp.web import htmx, replica, tenancy
from webapp.web.query_args import text, whole

pages = tenancy.dealer_blueprint("skipped", __name__, "/skipped")


@pages.get("")
@replica.may_serve
def index() -> Response:
    """List the skipped parts of the last finished run, or of the one given by `run`."""
    asked = whole(request.args, "run")
    run = tenancy.of_dealer(Run, asked) if asked else skipped_parts.latest(g.dealer.id)
    parts = None
    if run:
        reason, after = text(request.args, "reason"), whole(request.args, "after")
        parts = skipped_parts.SkippedParts.of(run, reason, after)
    return htmx.answer("runs/skipped", parts=parts, run=run, reasons=skipped_reasons)
