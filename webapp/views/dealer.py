"""A dealer's home: is the connection well, and what did the last run do?"""

from __future__ import annotations

from flask import Response, g

from webapp import htmx, runs
from webapp.presenters import run_history
from webapp.presenters.runs import Progress
from webapp.views import tenancy

pages = tenancy.dealer_blueprint("dealer", __name__)


@pages.get("")
def show() -> Response:
    """The home page."""
    run = run_history.latest(g.dealer.id)
    return htmx.answer(
        "dealer",
        configuration=tenancy.shown_configuration(),
        has_codes=runs.has_supplier_codes(g.dealer.id),
        run=run,
        progress=Progress.of(run.items) if run else None,
    )
