"""Page with the summary of the last full day or week."""

from __future__ import annotations

from functools import partial

from flask import Response, g, url_for

from webapp.core import clock
from webapp.summaries import latest, wording
from webapp.web import htmx, replica, tenancy

pages = tenancy.dealer_blueprint("summaries", __name__, "/summaries")


@pages.get("/<any(daily,weekly):period>")
@replica.may_serve
def show(period: str) -> Response:
    """Show the summary of yesterday, or of last week."""
    last, said = latest.of(g.dealer, period, clock.now())
    url_of = partial(url_for, dealer_id=g.dealer.id)
    return htmx.answer(
        "summaries",
        period=period,
        title=_capitalized(wording.title(last)),
        sentences=said and (said.sentences or [wording.NOTHING]),
        sections=wording.sections(said, url_of) if said else [],
    )


def _capitalized(text: str) -> str:
    # `capitalize` would write the names of days and months in lower case.
    return text[:1].upper() + text[1:]
