"""Setup of a new dealer: each step is one page, at one address (webapp/code_discovery/setup.py)."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.code_discovery import scan_status, scans, setup, unmapped_codes
from webapp.code_discovery.chosen_codes import chosen_codes
from webapp.code_discovery.launch_preview import LaunchPreview
from webapp.code_discovery.setup import Chosen, Step
from webapp.code_discovery.views.unmapped import takes_codes
from webapp.core.enums import QUANTITY_COLUMN_LABELS
from webapp.core.errors import Refused
from webapp.lightspeed import connection
from webapp.models import CodeScan, Preview
from webapp.previews import results, wording
from webapp.search import outbox
from webapp.web import htmx, tenancy
from webapp.web.query_args import whole

pages = tenancy.dealer_blueprint("setup", __name__, "/setup")
LIVE = "You’re live. Your first inventory update has started."
LIVE_LATER = "Your codes are mapped. Updates are off today; you can run this one anyway."


@pages.get("")
def show() -> Response:
    """Show the current step; `step=review` goes back. A poll gets no content without news (`seen`)."""
    configuration, scan = tenancy.shown_configuration(), scans.of_dealer(g.dealer.id)
    step = setup.current_step(configuration, scan)
    mark = f"{step}-{configuration.check_state}-{scan_status.mark(scan)}"
    if htmx.wants_fragment() and request.args.get("seen") == mark:
        return Response(status=204)
    goes_back = step is Step.PREVIEW and request.args.get("step") == Step.REVIEW
    return _answer(Step.REVIEW if goes_back else step)


@pages.post("/scan")
def find() -> ResponseReturnValue:
    """Look for codes, if the connection is there and none are being looked for."""
    hindrance = scan_status.hindrance(tenancy.shown_configuration())
    if hindrance:
        raise Refused(f"{hindrance}.")
    scans.start(g.dealer, "setup", current_user)
    return _next()


@pages.post("/review")
@takes_codes
def review() -> ResponseReturnValue:
    """Keep what was chosen for each code."""
    if scans.of_dealer(g.dealer.id) is None:
        raise Refused(setup.NOTHING_CHOSEN)
    column = request.form.get("quantity_column", "")
    if column not in QUANTITY_COLUMN_LABELS:
        raise Refused("Quantity Column: choose On Hand or Available.")
    setup.save_review(g.dealer, Chosen(chosen_codes(request.form), column), current_user)
    return _next()


@pages.post("/preview")
def preview() -> ResponseReturnValue:
    """Preview each part of the codes as reviewed, as the first update will sync them (R24)."""
    started = setup.start_preview(g.dealer, current_user)
    return htmx.redirect_to(url_for("preview_results.show", preview_id=started.id))


@pages.post("/launch")
def launch() -> ResponseReturnValue:
    """Go live: map the codes of the review that the page showed, and start the first update."""
    run = setup.go_live(g.dealer, current_user, _shown_review())
    outbox.enqueue_drain()
    flash(LIVE if run else LIVE_LATER, "success")
    return htmx.redirect_to(url_for("runs.show", run_id=run.id) if run else url_for("queue.new"))


def _shown_review() -> str:
    """Return the digest of the review that the setup's page, or the preview of each part, showed."""
    preview_id, scan = whole(request.form, "preview"), scans.of_dealer(g.dealer.id)
    if preview_id is None or scan is None:
        return request.form.get("review", "")
    return setup.previewed_digest(g.dealer, scan, tenancy.of_dealer(Preview, preview_id))


@pages.errorhandler(Refused)
def refuse(refusal: Refused) -> ResponseReturnValue:
    """Show the current step with the reason."""
    flash(str(refusal), "danger")
    step = setup.current_step(tenancy.shown_configuration(), scans.of_dealer(g.dealer.id))
    return _answer(Step.REVIEW if request.path.endswith("/review") and step is Step.PREVIEW else step, 409)


def _next() -> ResponseReturnValue:
    if not htmx.wants_fragment():
        return htmx.redirect_to(url_for(".show"))
    return _answer(setup.current_step(tenancy.shown_configuration(), scans.of_dealer(g.dealer.id)))


def _answer(step: Step, status: int = 200) -> Response:
    configuration, scan = tenancy.shown_configuration(), scans.of_dealer(g.dealer.id)
    current = setup.current_step(configuration, scan)
    return htmx.answer(
        "code_discovery/setup",
        status,
        step=step,
        steps=list(setup.LABELS.items()),
        configuration=configuration,
        connection=connection.of(configuration),
        scan=scan,
        state=scan_status.status(scan),
        mark=f"{current}-{configuration.check_state}-{scan_status.mark(scan)}",
        **_content(step, scan),
    )


def _content(step: Step, scan: CodeScan | None) -> dict[str, Any]:
    if step is Step.REVIEW:
        found = unmapped_codes.unmapped_codes(g.dealer)
        chosen = setup.chosen_manufacturers(g.dealer.id)
        return {"found": found, "chosen": chosen, "columns": QUANTITY_COLUMN_LABELS}
    if step is not Step.PREVIEW or scan is None:
        return {}
    exact = setup.latest_preview(g.dealer, scan)
    state = wording.status(results.result_of(exact)) if exact else None
    review = setup.review_digest(g.dealer.id)
    return {"preview": LaunchPreview.of(g.dealer), "review": review, "exact": exact, "exact_state": state}
