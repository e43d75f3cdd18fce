"""Blocked prices: what guards keep off the webstore and why, and prices that a user allows (R27)."""

from __future__ import annotations

import io
from typing import Any, Final

from flask import Response, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from werkzeug.datastructures import MultiDict

from webapp.core.errors import Refused
from webapp.core.money import decimal_text
from webapp.core.spreadsheet import defuse, write_header
from webapp.guards import allowed_prices, blocked_rows
from webapp.guards.blocked_rows import PAGE_LENGTH, BlockedFilter, BlockedPrices, PriceReference
from webapp.guards.views.guards import effect
from webapp.guards.written import REASONS
from webapp.web import bodies, downloads, htmx, replica, tenancy
from webapp.web.numbers import count
from webapp.web.query_args import one_of, text, whole

pages = tenancy.dealer_blueprint("blocked_prices", __name__, "/blocked-prices")
NOTHING: Final = "Select at least one price."
CHANGED: Final = "The list has changed. Check it and try again."
# Allowed prices that the page lists for undoing.
MOST_ALLOWED: Final = 50
COLUMNS: Final = (
    *("supplier_code", "manufacturer", "part_number", "description", "reason", "blocked_price"),
    *("limit", "sale_price"),
)
# Each selected price is a field of some hundred characters, percent-encoded.
takes_prices = bodies.allows(256 * bodies.KILOBYTE, fields=2 * PAGE_LENGTH + 10)


@pages.get("")
@replica.may_serve
def index() -> Response:
    """List the prices that are blocked now, filtered."""
    return _answer()


@pages.post("/allowed")
@takes_prices
def allow() -> ResponseReturnValue:
    """Allow the selected prices: exactly these, or with `any` any price of their products."""
    given = request.form.getlist("only") or request.form.getlist("price")
    references = [each for value in given[:PAGE_LENGTH] if (each := PriceReference.parse(value))]
    if not references:
        raise Refused(NOTHING)
    any_price = bool(request.args.get("any"))
    prices = blocked_rows.chosen(g.dealer.id, references, any_price=any_price)
    if not prices:
        raise Refused(CHANGED)
    outcome = allowed_prices.allow(g.dealer, prices, current_user)
    return _changed(f"{count(len(prices), 'price')} allowed. {effect(outcome.run)}")


@pages.post("/allowed/removal")
def withdraw() -> ResponseReturnValue:
    """Have guards check a price again."""
    reference = PriceReference.parse(request.form.get("only", ""))
    if reference is None:
        raise Refused(CHANGED)
    outcome = allowed_prices.withdraw(g.dealer, reference.product, current_user)
    return _changed(f"Guards check the price again. {effect(outcome.run)}")


@pages.get("/export.csv")
@replica.may_serve
def export() -> Response:
    """Send the filtered prices in the order of the page."""
    file = io.StringIO(newline="")
    sheet = write_header(file, COLUMNS)
    for row in blocked_rows.listed_rows(g.dealer.id, _choice(request.args))[0]:
        names = (row.supplier_code, row.manufacturer, row.part_number, row.description or "")
        prices = (row.cents, row.limit_cents, row.kept_cents)
        texts = ["" if cents is None else decimal_text(cents) for cents in prices]
        sheet.writerow([*map(defuse, names), REASONS[row.kind], *texts])
    headers = downloads.headers(f"blocked-prices-dealer-{g.dealer.id}.csv")
    return Response(file.getvalue(), mimetype=downloads.CSV, headers=headers)


@pages.errorhandler(Refused)
def refuse(refusal: Refused) -> ResponseReturnValue:
    """Show the current list with the reason."""
    flash(str(refusal), "danger")
    return _answer(409)


def _choice(arguments: MultiDict[str, str]) -> BlockedFilter:
    kind = one_of(arguments, "reason", REASONS)
    return BlockedFilter(text(arguments, "q"), text(arguments, "code"), kind)


def _changed(message: str) -> ResponseReturnValue:
    flash(message, "success")
    if htmx.wants_fragment():
        return _answer()
    arguments: Any = _choice(request.args).arguments
    return htmx.redirect_to(url_for(".index", **arguments))


def _answer(status: int = 200) -> Response:
    page = whole(request.args, "page") or 1
    return htmx.answer(
        "guards/blocked",
        status,
        found=BlockedPrices.of(g.dealer.id, _choice(request.args), page),
        reasons=REASONS,
        allowed=blocked_rows.allowed_prices(g.dealer.id, MOST_ALLOWED),
        reference_of=PriceReference,
    )
