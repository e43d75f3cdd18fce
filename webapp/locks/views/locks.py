"""Locks on products: the list, its CSV file, and removal (R28)."""

from __future__ import annotations

from flask import Response, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.core.errors import Refused
from webapp.locks import csv_files, lock_list, locking
from webapp.locks.lock_list import KIND_LABELS, LockFilter, LockList
from webapp.web import bodies, downloads, htmx, replica, tenancy
from webapp.web.numbers import count
from webapp.web.query_args import one_of, text, whole, wholes

pages = tenancy.dealer_blueprint("locks", __name__, "/locks")
NOTHING = "Select at least one lock."


@pages.get("")
@replica.may_serve
def index() -> Response:
    """List the locks, those that end first at the top."""
    return _answer()


@pages.get("/export.csv")
@replica.may_serve
def export() -> Response:
    """Send the filtered locks as an attachment, in the import's format."""
    name, listed = f"locks-dealer-{g.dealer.id}.csv", lock_list.listed(g.dealer.id, _choice())
    return downloads.csv_file(name, csv_files.export_csv, g.dealer, listed)


@pages.post("/removal")
@bodies.allows(fields=lock_list.PAGE_LENGTH + 10)
def remove() -> ResponseReturnValue:
    """Remove the lock whose button was pressed, or all selected ones."""
    ids = wholes(request.form, "only", 1) or wholes(request.form, "lock", lock_list.PAGE_LENGTH)
    removed = locking.remove(g.dealer, ids, current_user)
    if not removed:
        raise Refused(locking.GONE if ids else NOTHING)
    flash(f"{count(removed, 'lock')} removed. The webstore shows what updates report again.", "success")
    return _answer() if htmx.wants_fragment() else htmx.redirect_to(url_for(".index"))


@pages.errorhandler(Refused)
def refuse(refusal: Refused) -> ResponseReturnValue:
    """Show the current list with the reason."""
    flash(str(refusal), "danger")
    return _answer(409)


def _choice() -> LockFilter:
    return LockFilter(text(request.args, "q"), one_of(request.args, "kind", KIND_LABELS))


def _answer(status: int = 200) -> Response:
    found = LockList.of(g.dealer.id, _choice(), whole(request.args, "page") or 1)
    return htmx.answer("locks", status, found=found, kinds=KIND_LABELS)
