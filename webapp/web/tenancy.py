"""Tenancy: access control of a dealer's pages, in this one place.

Every page of a dealer belongs to a blueprint created here. Its URL starts with `/dealers/<id>/`, and its
views find the dealer in `g.dealer`: staff may access every dealer, a dealer's user only their own; any other
is 404.
"""

from __future__ import annotations

from typing import Any, TypeVar

from flask import Blueprint, abort, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_security import current_user, url_for_security
from sqlalchemy import select
from werkzeug.routing import IntegerConverter

from webapp.core.limits import MAX_ID
from webapp.extensions import db
from webapp.models import (
    Configuration,
    Dealer,
    Freeze,
    HeldClearing,
    HeldPull,
    PartRequest,
    Preview,
    Run,
    SupplierCode,
)
from webapp.web import expired_form, htmx

Owned = TypeVar("Owned", Freeze, HeldClearing, HeldPull, PartRequest, Preview, Run, SupplierCode)
ENDED = "Please sign in to continue."
SIGNED_OUT = (
    "Your session has ended and nothing was saved. Sign in again in another tab, then come back here. "
    "Your changes are still here."
)


class RowId(IntegerConverter):
    """URL converter for ids. A number beyond PostgreSQL's integer range is 404."""

    def __init__(self, map: Any) -> None:
        super().__init__(map, min=1, max=MAX_ID)


def dealer_blueprint(name: str, import_name: str, path: str = "") -> Blueprint:
    """Create a blueprint of pages under `/dealers/<id>` + path for the dealer's users and staff."""
    pages = Blueprint(name, import_name, url_prefix=f"/dealers/<id:dealer_id>{path}")
    pages.url_value_preprocessor(_take_dealer_id)
    pages.url_defaults(_give_dealer_id)
    pages.before_request(_load_dealer)
    return pages


def staff_blueprint(name: str, import_name: str, path: str) -> Blueprint:
    """Create a blueprint of pages for staff only."""
    pages = Blueprint(name, import_name, url_prefix=path)
    pages.before_request(only_staff)
    return pages


def personal_blueprint(name: str, import_name: str, path: str) -> Blueprint:
    """Create a blueprint of pages about the signed-in user."""
    pages = Blueprint(name, import_name, url_prefix=path)
    pages.before_request(_only_signed_in)
    return pages


def of_dealer(model: type[Owned], row_id: int) -> Owned:
    """Return a row by its id if it belongs to the dealer, otherwise 404."""
    row = db.session.scalar(select(model).where(model.id == row_id, model.dealer_id == g.dealer.id))
    return row or abort(404)


def shown_configuration() -> Configuration:
    """Return the dealer's configuration for a read-only page.

    If none exists, return the defaults without storing them, since a GET writes nothing.
    """
    return db.session.get(Configuration, g.dealer.id) or Configuration.unsaved(g.dealer)


def ask_to_sign_in(*_: object, **__: object) -> ResponseReturnValue:
    """Redirect an anonymous visitor to sign in, and back here afterwards.

    htmx requests get an alert, and a submitted form stays unchanged: no input is lost.
    """
    if not htmx.wants_fragment():
        if kept := expired_form.answer(401):
            return kept
        flash(ENDED, "info")
        here = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for_security("login", next=here))
    if request.method != "GET":
        return htmx.refuse(SIGNED_OUT, 401)
    return htmx.fragment("errors/_signed_out.html", 401)


def _take_dealer_id(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    g.dealer_id = (values or {}).pop("dealer_id")


def _give_dealer_id(_endpoint: str, values: dict[str, Any]) -> None:
    if "dealer_id" in g:
        values.setdefault("dealer_id", g.dealer_id)


def _load_dealer() -> ResponseReturnValue | None:
    if not current_user.is_authenticated:
        return ask_to_sign_in()
    if not current_user.is_staff and current_user.dealer_id != g.dealer_id:
        # Not 403: a user must not learn whether another dealer exists.
        abort(404)
    g.dealer = db.get_or_404(Dealer, g.dealer_id)
    return None


def _only_signed_in() -> ResponseReturnValue | None:
    return None if current_user.is_authenticated else ask_to_sign_in()


def only_staff() -> ResponseReturnValue | None:
    """Restrict a blueprint to staff, before each request."""
    if not current_user.is_authenticated:
        return ask_to_sign_in()
    if not current_user.is_staff:
        abort(403)
    return None
