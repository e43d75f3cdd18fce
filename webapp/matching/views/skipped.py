"""Skipped parts: what isn't online, why, and what resolves it (R12, R22); of one run with `run`."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from werkzeug.datastructures import MultiDict

from webapp.core.errors import Refused
from webapp.matching import decisions, groups, ignored_list, ignored_parts
from webapp.matching.aliases import Outcome
from webapp.matching.ignored_parts import DecisionReference
from webapp.matching.skipped_rows import PartReference
from webapp.matching.workbench import PAGE_LENGTH, SORTS, SkippedFilter, Workbench
from webapp.models import Run
from webapp.runs import skipped_parts, skipped_reasons
from webapp.web import bodies, htmx, replica, tenancy
from webapp.web.numbers import count
from webapp.web.query_args import one_of, text, unusable, whole

pages = tenancy.dealer_blueprint("skipped", __name__, "/skipped")
# Decisions that the page lists for undoing.
DECISIONS: Final = 50
PROBLEMS: Final = {
    "q": "Remove the characters that can’t be shown",
    "code": "Choose one of the codes",
    "reason": "Choose one of the reasons",
    "least": "Use a whole number of dollars, from 1",
}
# Each selected part is a field of some hundred characters, percent-encoded.
takes_parts = bodies.allows(256 * bodies.KILOBYTE, fields=2 * PAGE_LENGTH + 10)


@pages.get("")
@replica.may_serve
def index() -> Response:
    """List what is skipped now, filtered; or what the run given by `run` skipped.

    A poll passes the number of accepted parts it shows in `seen`, and gets no content while it is the same.
    """
    asked = whole(request.args, "run")
    if asked is None:
        return _answer(seen=whole(request.args, "seen"))
    run = tenancy.of_dealer(Run, asked)
    reason, after = text(request.args, "reason"), whole(request.args, "after")
    parts = skipped_parts.SkippedParts.of(run, reason, after)
    return htmx.answer("runs/skipped", parts=parts, run=run, reasons=skipped_reasons)


@pages.post("/acceptances")
@takes_parts
def accept() -> ResponseReturnValue:
    """Accept the candidates of the selected parts."""
    rows = decisions.chosen(g.dealer, _places())
    return _changed(accepted(decisions.accept(g.dealer, decisions.acceptable(g.dealer, rows), current_user)))


@pages.post("/rejections")
@takes_parts
def reject() -> ResponseReturnValue:
    """Never offer the candidates of the selected parts again."""
    number = decisions.reject(g.dealer, _places(), current_user)
    return _changed(f"{count(number, 'match', 'matches')} won’t be offered again.")


@pages.post("/rejections/removal")
def offer_again() -> ResponseReturnValue:
    """Undo that."""
    decisions.offer_again(g.dealer, _place())
    return _changed("The match is offered again.")


@pages.post("/ignored")
@takes_parts
def ignore() -> ResponseReturnValue:
    """Ignore the selected parts."""
    rows = decisions.chosen(g.dealer, _places())
    number = ignored_parts.ignore(g.dealer, rows, text(request.form, "why"), current_user)
    return _changed(f"{count(number, 'part')} ignored.")


@pages.post("/ignored/decisions/removal")
def undo_ignoring() -> ResponseReturnValue:
    """Undo that for all parts that were ignored together."""
    reference = DecisionReference.parse(request.form.get("only", ""))
    if reference is None:
        raise Refused(decisions.CHANGED)
    number = ignored_parts.undo(g.dealer, reference)
    return _changed(f"{count(number, 'part')} listed again.")


@pages.errorhandler(Refused)
def refuse(refusal: Refused) -> ResponseReturnValue:
    """Show the current list with the reason."""
    flash(str(refusal), "danger")
    return _answer(409)


def accepted(outcome: Outcome) -> str:
    """Say what was accepted, and when it shows on the webstore."""
    numbers = count(outcome.changed, "part number")
    if outcome.run is not None:
        return f"{numbers} accepted. Run {outcome.run.id} is applying it now."
    return f"{numbers} accepted. It takes effect with the current or next update."


def choice_of(arguments: MultiDict[str, str]) -> SkippedFilter:
    """Return the filter of a query string."""
    return SkippedFilter(
        words=text(arguments, "q"),
        code=text(arguments, "code"),
        group=one_of(arguments, "reason", groups.LABELS),
        least=whole(arguments, "least"),
        sort=one_of(arguments, "sort", SORTS, "value"),
        # The values have been read by now.
        problems={name: problem for name, problem in PROBLEMS.items() if name in unusable()},
    )


def _places() -> list[PartReference]:
    """Return the part whose button was pressed, or all selected ones."""
    given = request.form.getlist("only") or request.form.getlist("part")
    return [place for each in given[:PAGE_LENGTH] if (place := PartReference.parse(each)) is not None]


def _place() -> PartReference:
    place = PartReference.parse(request.form.get("only", ""))
    if place is None:
        raise Refused(decisions.CHANGED)
    return place


def _changed(message: str) -> ResponseReturnValue:
    flash(message, "success")
    if htmx.wants_fragment():
        return _answer()
    arguments: Any = choice_of(request.args).arguments
    return htmx.redirect_to(url_for(".index", **arguments))


def _answer(status: int = 200, seen: int | None = None) -> Response:
    page = whole(request.args, "page") or 1
    bench = Workbench.of(g.dealer.id, choice_of(request.args), page)
    if bench.is_applying and seen == bench.waiting and htmx.wants_fragment():
        return Response(status=204)
    return htmx.answer(
        "matching/skipped",
        status,
        bench=bench,
        has_synced=bool(bench.groups) or skipped_parts.latest(g.dealer.id) is not None,
        sorts={name: label for name, (label, _) in SORTS.items()},
        labels=groups.LABELS,
        reasons=skipped_reasons,
        ignored=ignored_list.latest(g.dealer.id, DECISIONS),
        rejected=decisions.rejected_candidates(g.dealer.id, DECISIONS),
        place_of=PartReference,
    )
