"""Queue Inventory Update for the selected dealers, and the result for each of them."""

from __future__ import annotations

from flask import Response, flash, request
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.dealers import bulk_queue
from webapp.dealers.dealer_filter import DealerFilter
from webapp.dealers.dealer_list import DealerList
from webapp.dealers.views.dealer_table import answer
from webapp.web import htmx, tenancy
from webapp.web.query_args import whole, wholes

pages = tenancy.staff_blueprint("bulk_queue", __name__, "/dealers/updates")


@pages.post("")
def create() -> ResponseReturnValue:
    """Queue a run for each selected dealer (`dealer`), and show the results; the address has the filter."""
    choice, page = DealerFilter.of(request.args), whole(request.args, "page") or 1
    selected = wholes(request.form, "dealer", bulk_queue.MOST + 1)
    if not 0 < len(selected) <= bulk_queue.MOST:
        flash(
            "Select dealers first." if not selected else f"Select at most {bulk_queue.MOST} dealers.",
            "warning",
        )
        return answer(DealerList.of(choice, page), 422)
    runs = bulk_queue.queue_updates(selected, current_user)
    return htmx.redirect_to(choice.address(".show", page=page, dealer=selected, run=runs))


@pages.get("")
def show() -> Response:
    """Show the results; the address has the selected dealers and the runs that were queued for them."""
    dealers, runs = (wholes(request.args, name, bulk_queue.MOST) for name in ("dealer", "run"))
    choice, page = DealerFilter.of(request.args), whole(request.args, "page") or 1
    return htmx.answer(
        "dealers/bulk_queue",
        results=bulk_queue.results(dealers, runs),
        back=choice.address("dealers.index", page=page),
    )
