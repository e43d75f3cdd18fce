"""Acceptance of all candidates of a kind at once, with a preview of what it accepts (R22)."""

from __future__ import annotations

from typing import Final

from flask import Response, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.core.errors import Refused
from webapp.matching import decisions, groups
from webapp.matching.decisions import Acceptable
from webapp.matching.views.skipped import accepted, choice_of
from webapp.matching.workbench import listed_of_all
from webapp.web import htmx, tenancy

pages = tenancy.dealer_blueprint("acceptances", __name__, "/skipped/acceptances")
# Parts that the preview names.
NAMED: Final = 500
CHANGED: Final = "The list changed after this preview. Check the new one, then accept."


@pages.get("/preview")
def preview() -> Response:
    """Show which parts would be accepted: those of the filter that have a candidate of its kind."""
    return _answer(*_parts())


@pages.post("/all")
def create() -> ResponseReturnValue:
    """Accept what the preview showed; a changed list is shown again."""
    parts, beyond = _parts()
    if decisions.digest_of(parts) != request.form.get("seen"):
        flash(CHANGED, "warning")
        return _answer(parts, beyond, 409)
    flash(accepted(decisions.accept(g.dealer, parts, current_user)), "success")
    return htmx.redirect_to(url_for("skipped.index"))


@pages.errorhandler(Refused)
def refuse(refusal: Refused) -> ResponseReturnValue:
    """Show the list as it is now with the reason."""
    flash(str(refusal), "danger")
    return _answer(*_parts(), 409)


def _parts() -> tuple[list[Acceptable], int]:
    """Return the parts, and the number of those that the filter has beyond what is accepted at once."""
    choice = choice_of(request.args)
    if choice.group not in groups.KINDS or choice.problems:
        return [], 0
    rows, number = listed_of_all(g.dealer.id, choice)
    return decisions.acceptable(g.dealer, rows), number - len(rows)


def _answer(parts: list[Acceptable], beyond: int, status: int = 200) -> Response:
    choice = choice_of(request.args)
    return htmx.answer(
        "matching/preview",
        status,
        choice=choice,
        label=groups.LABELS.get(choice.group, ""),
        parts=parts[:NAMED],
        number=len(parts),
        beyond=beyond,
        units=sum(each.row.units for each in parts),
        cents=sum(each.row.value_cents for each in parts),
        seen=decisions.digest_of(parts),
    )
