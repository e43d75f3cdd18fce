"""Pages: search for a part, and why it is on the webstore as it is, or is not there (R23)."""

from __future__ import annotations

from functools import partial
from typing import Final

from flask import Response, abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from webapp.explain import live_requests
from webapp.explain.explain import explain, explain_product
from webapp.explain.explanation import Explanation
from webapp.explain.part_search import FoundParts, is_number
from webapp.explain.product_history import history_of
from webapp.explain.products import shown_days
from webapp.explain.steps import trails
from webapp.models import PartRequest
from webapp.runs.skipped_reasons import REASONS
from webapp.web import htmx, replica, tenancy
from webapp.web.query_args import text, whole

# What a run makes of a part that Lightspeed has now.
LIVE_REASONS: Final = {live_requests.UNMAPPED: "No supplier code of yours has this code", **REASONS}

pages = tenancy.dealer_blueprint("parts", __name__, "/parts")


@pages.get("")
@replica.may_serve
def index() -> ResponseReturnValue:
    """Search for a part; a part number, typed in full, leads to the part's page."""
    words = text(request.args, "q")
    if words and not htmx.wants_fragment() and is_number(g.dealer.id, words):
        return redirect(url_for(".show", number=words))
    return _found(words)


@pages.get("/why")
@replica.may_serve
def show() -> Response:
    """Explain the part with a number."""
    number = text(request.args, "number")
    if not number:
        return _found("")
    return _explained(explain(g.dealer, number), live_requests.of_dealer(g.dealer.id, _request_id()))


@pages.get("/products/<id:product_id>")
@replica.may_serve
def show_product(product_id: int) -> Response:
    """Explain a product, by the parts that its manufacturers' codes report."""
    return _explained(explain_product(g.dealer, product_id) or abort(404))


@pages.post("/requests")
def ask() -> ResponseReturnValue:
    """Ask Lightspeed for a part number now; the page polls for the answer of a job."""
    number = text(request.form, "number")
    if not number:
        abort(422, "Type a part number first.")
    try:
        asked = live_requests.ask(g.dealer, number)
    except live_requests.AnotherWaits as refusal:
        if htmx.wants_fragment():
            return htmx.refuse(str(refusal), 409)
        flash(str(refusal), "danger")
        return redirect(url_for(".show", number=number), 303)
    if htmx.wants_fragment():
        return _answer(asked)
    return redirect(url_for(".show", number=number, request=asked.id), 303)


@pages.get("/requests/<id:request_id>")
def show_request(request_id: int) -> ResponseReturnValue:
    """Show the answer; empty while it is awaited, so that the text doesn't flicker."""
    asked = tenancy.of_dealer(PartRequest, request_id)
    if not htmx.wants_fragment():
        return redirect(url_for(".show", number=asked.part_number, request=asked.id))
    if live_requests.is_awaited(asked):
        return Response(status=204)
    return _answer(asked)


def _answer(asked: PartRequest) -> Response:
    return htmx.fragment(
        "explain/part/_live.html",
        asked=asked,
        is_awaited=live_requests.is_awaited(asked),
        reasons=LIVE_REASONS,
    )


def _request_id() -> int | None:
    return whole(request.args, "request")


def _found(words: str) -> Response:
    return htmx.answer("explain", found=FoundParts.of(g.dealer.id, words))


def _explained(explanation: Explanation, asked: PartRequest | None = None) -> Response:
    return htmx.answer(
        "explain/part",
        explained=explanation,
        trails=trails(explanation),
        history=partial(history_of, g.dealer.id),
        days=shown_days(),
        asked=asked,
        is_awaited=asked is not None and live_requests.is_awaited(asked),
        reasons=LIVE_REASONS,
    )
