"""Slow movers page: parts in stock that are too old for updates, and their protection (R30)."""

from __future__ import annotations

from flask import Response, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.code_discovery import scan_status, scans
from webapp.core.errors import Refused
from webapp.extensions import db
from webapp.slow_movers import counts, protection
from webapp.slow_movers.slow_mover_list import SORTS, Choice, SlowMoverList, csv_of
from webapp.web import downloads, htmx, replica, tenancy
from webapp.web.query_args import one_of, text, whole

pages = tenancy.dealer_blueprint("slow_movers", __name__, "/slow-movers")


@pages.get("")
@replica.may_serve
def index() -> Response:
    """List the codes with their totals, and a page of the parts."""
    return _answer()


@pages.get("/export.csv")
def export() -> Response:
    """Export the listed parts."""
    headers = downloads.headers(f"slow-movers-dealer-{g.dealer.id}.csv")
    return Response(csv_of(g.dealer, _choice()), mimetype=downloads.CSV, headers=headers)


@pages.post("/protection")
def protect() -> ResponseReturnValue:
    """Protect the slow movers of a code, or cease to."""
    is_on = text(request.form, "protect") == "on"
    run = protection.protect(g.dealer, text(request.form, "code_key"), is_on=is_on, by=current_user)
    when = f" Run {run.id} is applying it now." if run else ""
    flash(f"{'Protected' if is_on else 'No longer protected'}.{when}", "success")
    return _answer() if htmx.wants_fragment() else htmx.redirect_to(url_for(".index"))


@pages.post("/count")
def count() -> ResponseReturnValue:
    """Have them counted now, by a scan of the stock."""
    hindrance = scan_status.hindrance(tenancy.shown_configuration())
    if hindrance:
        raise Refused(f"{hindrance}.")
    counts.request(g.dealer.id)
    db.session.commit()
    scans.start(g.dealer, "manual", current_user)
    flash("Counting. Reload in a few minutes.", "info")
    return _answer() if htmx.wants_fragment() else htmx.redirect_to(url_for(".index"))


@pages.errorhandler(Refused)
def refuse(refusal: Refused) -> ResponseReturnValue:
    """Show the current list with the reason."""
    flash(str(refusal), "danger")
    return _answer(409)


def _answer(status: int = 200) -> Response:
    found = SlowMoverList.of(g.dealer, _choice(), whole(request.args, "page") or 1)
    clears = tenancy.shown_configuration().clear_previous
    return htmx.answer("slow_movers", status, found=found, sorts=SORTS, clears=clears)


def _choice() -> Choice:
    sort = one_of(request.args, "sort", SORTS, "value")
    return Choice(text(request.args, "q"), text(request.args, "code"), sort)
