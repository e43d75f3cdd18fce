"""Run pages: the list, one run with its progress, and cancellation."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, abort, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from webapp.core.run_states import RunState
from webapp.extensions import db
from webapp.models import HeldClearing, Run
from webapp.runs import (
    change_sentences,
    data_age,
    held_clearings,
    lifecycle,
    report_requests,
    restorable,
    run_changes,
    run_locks,
)
from webapp.runs.run_filter import RunFilter
from webapp.runs.run_history import RunHistory
from webapp.runs.run_progress import RunItems
from webapp.runs.run_watch import RunWatch
from webapp.web import htmx, replica, tenancy
from webapp.web.query_args import day, one_of, text, whole

pages = tenancy.dealer_blueprint("runs", __name__, "/runs")
# Changes that the page names.
LARGEST: Final = 6
# What changes beside the page's heading.
HEAD: Final = ("runs/run/_status.html", "runs/run/_summary.html")


@pages.get("")
@replica.may_serve
def index() -> Response:
    """List the dealer's runs, the latest first; filtered by status and dates."""
    status = one_of(request.args, "status", frozenset(RunState))
    wanted = RunFilter(status, day(request.args, "since"), day(request.args, "until"))
    history = RunHistory.of(g.dealer, wanted, whole(request.args, "before"))
    return htmx.answer("runs", history=history, states=list(RunState))


@pages.get("/<id:run_id>")
def show(run_id: int) -> Response:
    """Show one run. A poll passes the version it shows in `seen`, and gets no content without news."""
    run = tenancy.of_dealer(Run, run_id)
    watch, seen = RunWatch.of(run, tenancy.shown_configuration()), request.args.get("seen", "")
    if htmx.wants_fragment() and seen == watch.mark:
        return Response(status=204)
    is_step = bool(seen) and not seen.startswith(watch.step)
    items = RunItems.of(run, watch.progress.codes, whole(request.args, "items") or 1)
    also = HEAD if seen else ()
    return htmx.answer("runs/run", also=also, announced=is_step, **_parts(run, watch, items))


@pages.post("/<id:run_id>/cancellation")
def cancel(run_id: int) -> ResponseReturnValue:
    """Cancel the run; one that has ended is unchanged."""
    run = tenancy.of_dealer(Run, run_id)
    if not lifecycle.cancel(run):
        flash(f"Run {run.id} had already ended.", "warning")
        return _answer(run, 409)
    flash(f"Stopping run {run.id}.", "info")
    if htmx.wants_fragment():
        return _answer(run)
    return htmx.redirect_to(url_for(".show", run_id=run.id))


@pages.post("/<id:run_id>/held-clearings/<id:clearing_id>")
def decide(run_id: int, clearing_id: int) -> ResponseReturnValue:
    """Apply a held clearing, or keep the quantities; an earlier decision stands."""
    run, clearing = tenancy.of_dealer(Run, run_id), tenancy.of_dealer(HeldClearing, clearing_id)
    decisions = {"apply": held_clearings.apply_clearing, "keep": held_clearings.keep_quantities}
    decision = decisions.get(text(request.form, "decision"))
    if decision is None or clearing.run_id != run.id:
        abort(404)
    if not decision(clearing, current_user):
        flash("This was already decided, or a later run found a different result.", "warning")
        return _answer(run, 409)
    return _settled(run, "Saved.")


@pages.post("/<id:run_id>/reports")
def make_reports(run_id: int) -> ResponseReturnValue:
    """Regenerate the reports that storage refused when the run ended."""
    run = tenancy.of_dealer(Run, run_id)
    if not report_requests.make(run):
        flash("This run's reports can't be recreated now.", "warning")
        return _answer(run, 409)
    return _settled(run, "Creating the reports. Reload in a moment.")


def _settled(run: Run, message: str) -> ResponseReturnValue:
    flash(message, "info")
    return _answer(run) if htmx.wants_fragment() else htmx.redirect_to(url_for(".show", run_id=run.id))


def _answer(run: Run, status: int = 200) -> Response:
    # The verbs update rows by SQL, bypassing the session.
    db.session.refresh(run)
    watch = RunWatch.of(run, tenancy.shown_configuration())
    items = RunItems.of(run, watch.progress.codes)
    return htmx.answer("runs/run", status, also=HEAD, **_parts(run, watch, items))


def _parts(run: Run, watch: RunWatch, items: RunItems) -> dict[str, Any]:
    age = None if run.is_active else data_age.of_run(run)
    return {
        **{"run": run, "watch": watch, "items": items, "changes": _changes(run), "age": age},
        "is_restorable": restorable.is_restorable(run),
    }


def _changes(run: Run) -> dict[str, Any] | None:
    """Return the largest changes of a run that has ended, and the number of all; None without any."""
    total = 0 if run.is_active else run_changes.count(run)
    if not total:
        return None
    rows = run_changes.largest(run, LARGEST)
    return {
        "total": total,
        "sentences": change_sentences.sentences(run_changes.summarized(run)),
        "rows": rows,
        "locks": run_locks.locks_of(run, {row.product_id for row in rows}),
        "why": run_changes.WHY,
    }
