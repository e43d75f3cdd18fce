"""Unmapped codes page: what is in stock but not online, with suggested mappings (R20, R21)."""

from __future__ import annotations

from flask import Response, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.code_discovery import decisions, scan_status, scans, unmapped_codes
from webapp.code_discovery.chosen_codes import chosen_codes
from webapp.code_discovery.evaluation import MOST_CODES
from webapp.core.errors import Refused
from webapp.search import outbox
from webapp.web import bodies, htmx, tenancy
from webapp.web.numbers import count

pages = tenancy.dealer_blueprint("unmapped_codes", __name__, "/unmapped-codes")
MAPPED = "The next inventory update puts their parts on your webstore."
# A selected code and its manufacturer are two fields of some hundred characters, percent-encoded.
takes_codes = bodies.allows(512 * bodies.KILOBYTE, fields=2 * MOST_CODES + 10)


@pages.get("")
def index() -> Response:
    """List the codes. A poll passes the version it shows in `seen`, and gets no content without news."""
    scan = scans.of_dealer(g.dealer.id)
    if htmx.wants_fragment() and request.args.get("seen") == scan_status.mark(scan) != "":
        return Response(status=204)
    return _answer()


@pages.post("/scan")
def find() -> ResponseReturnValue:
    """Start a scan, unless one is active."""
    hindrance = scan_status.hindrance(tenancy.shown_configuration())
    if hindrance:
        flash(f"{hindrance}.", "danger")
        return _answer(409)
    scans.start(g.dealer, "manual", current_user)
    return _answer() if htmx.wants_fragment() else htmx.redirect_to(url_for(".index"))


@pages.post("/mappings")
@takes_codes
def map_codes() -> ResponseReturnValue:
    """Map the code whose button was pressed, or all selected ones."""
    added = decisions.map_codes(g.dealer, chosen_codes(request.form))
    outbox.enqueue_drain()
    names = ", ".join(f"{row.code} to {row.manufacturer.name}" for row in added[:3])
    more = f" and {count(len(added) - 3, 'other code')}" if len(added) > 3 else ""
    return _changed(f"Mapped {names}{more}. {MAPPED}")


@pages.post("/hidden")
@takes_codes
def hide() -> ResponseReturnValue:
    """Hide a code as not for the webstore."""
    row = decisions.hide(g.dealer, request.form.get("hide", ""), current_user)
    return _changed(f"{row.code or 'Parts without a code'} won't be listed until it grows by half.")


@pages.post("/hidden/removal")
def list_again() -> ResponseReturnValue:
    """Undo that."""
    row = decisions.list_again(g.dealer, request.form.get("code", ""))
    return _changed(f"{row.code or 'Parts without a code'} is listed again.")


@pages.errorhandler(Refused)
def refuse(refusal: Refused) -> ResponseReturnValue:
    """Show the current list with the reason."""
    flash(str(refusal), "danger")
    return _answer(409)


def _changed(message: str) -> ResponseReturnValue:
    flash(message, "success")
    return _answer() if htmx.wants_fragment() else htmx.redirect_to(url_for(".index"))


def _answer(status: int = 200) -> Response:
    scan = scans.of_dealer(g.dealer.id)
    return htmx.answer(
        "code_discovery/unmapped",
        status,
        scan=scan,
        state=scan_status.status(scan),
        mark=scan_status.mark(scan),
        hindrance=scan_status.hindrance(tenancy.shown_configuration()),
        found=unmapped_codes.unmapped_codes(g.dealer),
        hidden=unmapped_codes.unmapped_codes(g.dealer, hidden=True),
        totals=unmapped_codes.totals(g.dealer.id),
    )
