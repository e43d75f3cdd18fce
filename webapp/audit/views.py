"""Audit log pages: one dealer's for its users and staff, and all dealers' for staff only."""

from __future__ import annotations

from flask import Response, g, request, url_for
from werkzeug.datastructures import MultiDict

from webapp.audit import ACTIONS
from webapp.audit.audit_filter import ACTOR_LABELS, AuditFilter
from webapp.audit.audit_log import AuditLog
from webapp.models import Dealer
from webapp.web import htmx, replica, tenancy
from webapp.web.query_args import one_of, text, whole

pages = tenancy.dealer_blueprint("audit", __name__, "/changes")
all_pages = tenancy.staff_blueprint("all_audit", __name__, "/changes")


@pages.get("")
@replica.may_serve
def index() -> Response:
    """List the dealer's entries, the latest first; filtered by `actor`, `email` and `action`."""
    return _answer(_choice(request.args), g.dealer)


@all_pages.get("")
@replica.may_serve
def index_of_all() -> Response:
    """List the entries of all dealers; `dealer` filters by a substring of the name."""
    return _answer(_choice(request.args, text(request.args, "dealer")))


def _answer(choice: AuditFilter, dealer: Dealer | None = None) -> Response:
    return htmx.answer(
        "audit",
        log=AuditLog.of(choice, dealer, whole(request.args, "before")),
        dealer=dealer,
        url=url_for(request.endpoint or ""),
        actors=ACTOR_LABELS,
        actions=ACTIONS,
    )


def _choice(arguments: MultiDict[str, str], dealer: str = "") -> AuditFilter:
    return AuditFilter(
        actor=one_of(arguments, "actor", ACTOR_LABELS),
        email=text(arguments, "email"),
        action=one_of(arguments, "action", ACTIONS),
        dealer=dealer,
    )
