"""Ignored parts: all that a filter lists at once, after a preview; and the list of what is ignored."""

from __future__ import annotations

from typing import Final

from flask import Response, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.core.errors import Refused
from webapp.matching import groups, ignored_parts
from webapp.matching.ignored_list import PAGE_LENGTH, IgnoredList
from webapp.matching.skipped_rows import PartReference, SkippedRow
from webapp.matching.views.skipped import choice_of, takes_parts
from webapp.matching.workbench import listed_of_all
from webapp.runs import skipped_reasons
from webapp.web import htmx, replica, tenancy
from webapp.web.numbers import count
from webapp.web.query_args import text, whole

pages = tenancy.dealer_blueprint("ignored_parts", __name__, "/skipped/ignored")
# Parts that the preview names.
NAMED: Final = 200
LIST_CHANGED: Final = "The list changed after this preview. Check the new one, then ignore."


@pages.get("")
@replica.may_serve
def index() -> Response:
    """List the ignored parts, the last ones first."""
    return _answer()


@pages.post("/removal")
@takes_parts
def list_again() -> ResponseReturnValue:
    """List the part whose button was pressed, or all selected ones, among the skipped parts again."""
    given = request.form.getlist("only") or request.form.getlist("part")
    places = [place for each in given[:PAGE_LENGTH] if (place := PartReference.parse(each)) is not None]
    try:
        number = ignored_parts.list_again(g.dealer, places)
    except Refused as refusal:
        flash(str(refusal), "danger")
        return _answer(409)
    flash(f"{count(number, 'part')} listed again.", "success")
    return _answer() if htmx.wants_fragment() else htmx.redirect_to(url_for(".index"))


@pages.get("/preview")
def preview() -> Response:
    """Show which parts would be ignored: those that the filter lists."""
    return _preview(*_rows())


@pages.post("/all")
def create() -> ResponseReturnValue:
    """Ignore what the preview showed; a changed list is shown again."""
    rows, beyond = _rows()
    if not rows or ignored_parts.digest_of(rows) != request.form.get("seen"):
        flash(LIST_CHANGED, "warning")
        return _preview(rows, beyond, 409)
    number = ignored_parts.ignore(g.dealer, rows, text(request.form, "why"), current_user)
    flash(f"{count(number, 'part')} ignored.", "success")
    return htmx.redirect_to(url_for("skipped.index"))


def _rows() -> tuple[list[SkippedRow], int]:
    """Return the parts that can be ignored at once, and how many of the filter are beyond them."""
    choice = choice_of(request.args)
    if choice.problems:
        return [], 0
    rows, number = listed_of_all(g.dealer.id, choice)
    return ignored_parts.ignorable(rows), number - len(rows)


def _preview(rows: list[SkippedRow], beyond: int, status: int = 200) -> Response:
    return htmx.answer(
        "matching/ignoring",
        status,
        choice=choice_of(request.args),
        labels=groups.LABELS,
        reasons=skipped_reasons,
        rows=rows[:NAMED],
        number=len(rows),
        beyond=beyond,
        units=sum(row.units for row in rows),
        cents=sum(row.value_cents for row in rows),
        why=text(request.form, "why"),
        seen=ignored_parts.digest_of(rows),
    )


def _answer(status: int = 200) -> Response:
    found = IgnoredList.of(g.dealer.id, text(request.args, "q"), whole(request.args, "page") or 1)
    return htmx.answer("matching/ignored", status, found=found, place_of=PartReference)
