"""Accepted part numbers: the list of a dealer's aliases, and their removal (R22)."""

from __future__ import annotations

from flask import Response, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.core.errors import Refused
from webapp.matching import alias_list, aliases, decisions
from webapp.matching.aliases import Outcome
from webapp.web import bodies, htmx, replica, tenancy
from webapp.web.numbers import count
from webapp.web.query_args import text, whole, wholes

pages = tenancy.dealer_blueprint("aliases", __name__, "/aliases")


@pages.get("")
@replica.may_serve
def index() -> Response:
    """List the aliases, those without effect first."""
    return _answer()


@pages.post("/removal")
@bodies.allows(fields=alias_list.PAGE_LENGTH + 10)
def remove() -> ResponseReturnValue:
    """Remove the alias whose button was pressed, or all selected ones."""
    ids = wholes(request.form, "only", 1) or wholes(request.form, "alias", alias_list.PAGE_LENGTH)
    outcome = aliases.remove(g.dealer, ids, current_user)
    if not outcome.changed:
        raise Refused(decisions.CHANGED if ids else decisions.NOTHING)
    flash(_removed(outcome), "success")
    return _answer() if htmx.wants_fragment() else htmx.redirect_to(url_for(".index"))


@pages.errorhandler(Refused)
def refuse(refusal: Refused) -> ResponseReturnValue:
    """Show the current list with the reason."""
    flash(str(refusal), "danger")
    return _answer(409)


def _removed(outcome: Outcome) -> str:
    numbers = count(outcome.changed, "part number")
    when = (
        f"Run {outcome.run.id} is applying it now" if outcome.run else "It takes effect with the next update"
    )
    return f"{numbers} removed. {when}."


def _answer(status: int = 200) -> Response:
    found = alias_list.AliasList.of(g.dealer.id, text(request.args, "q"), whole(request.args, "page") or 1)
    return htmx.answer(
        "matching/aliases",
        status,
        found=found,
        kinds=alias_list.KIND_LABELS,
        faults=alias_list.FAULT_LABELS,
    )
