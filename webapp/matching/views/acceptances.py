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
from webapp.matching.workbench import listed_rows
from webapp.web import htmx, tenancy

pages = tenancy.dealer_blueprint("acceptances", __name__, "/skipped/acceptances")
# Parts that the preview names.
NAMED: Final = 500
CHANGED: Final = "The list changed after this preview. Check the new one, then accept."


@pages.get("/preview")
def preview() -> Response:
    """Show which parts would be accepted: those of the filter that have a candidate of its kind."""
    return _answer(_parts())


@pages.post("/all")
def create() -> ResponseReturnValue:
    """Accept what the preview showed; a changed list is shown again."""
    parts = _parts()
    if decisions.digest_of(parts) != request.form.get("seen"):
        flash(CHANGED, "warning")
        return _answer(parts, 409)
    flash(accepted(decisions.accept(g.dealer, parts, current_user)), "success")
    return htmx.redirect_to(url_for("skipped.index"))


@pages.errorhandler(Refused)
def refuse(refusal: Refused) -> ResponseReturnValue:
    """Show the list as it is now with the reason."""
    flash(str(refusal), "danger")
    return _answer(_parts(), 409)


def _parts() -> list[Acceptable]:
    choice = choice_of(request.args)
    rows = listed_rows(g.dealer.id, choice) if choice.group in groups.KINDS and not choice.problems else []
    return decisions.acceptable(g.dealer, rows)


def _answer(parts: list[Acceptable], status: int = 200) -> Response:
    choice = choice_of(request.args)
    return htmx.answer(
        "matching/preview",
        status,
        choice=choice,
        label=groups.LABELS.get(choice.group, ""),
        parts=parts[:NAMED],
        number=len(parts),
        units=sum(each.row.units for each in parts),
        cents=sum(each.row.value_cents for each in parts),
        seen=decisions.digest_of(parts),
    )
