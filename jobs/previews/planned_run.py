"""The run that a preview plans: inserted in a transaction that is rolled back, as a run's code needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from jobs.sync.applying.stored_rows import PullRows
from jobs.sync.run_plan import PlannedRun, codes_of, copy_of, items_of, settings_of
from webapp.core import clock
from webapp.core.run_states import RunItemState, RunState
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Dealer, Run, RunItem, SupplierCode

# Finds the rows of a code by its key; None if it is not planned.
Rows = Callable[[str], PullRows | None]


def unsaved_run(dealer: Dealer, today: date) -> Run:
    """Return a run with the dealer's current settings; it is not stored.

    It has ended, so that the dealer may begin another one at the same time (R8).
    """
    now = clock.now()
    return Run(
        dealer_id=dealer.id,
        trigger="preview",
        status=RunState.SUCCEEDED,
        started_at=now,
        finished_at=now,
        settings={**settings_of(configurations.of(dealer)), "today": today.isoformat()},
    )


def unsaved_items(dealer: Dealer, code_key: str | None, added: Iterable[SupplierCode] = ()) -> list[RunItem]:
    """Return the items of all codes, or of one of them, to fetch; their ids are only for the process.

    `added` are codes that the preview adds to the dealer's.
    """
    items = items_of(0, [*codes_of(dealer.id), *added])
    for item in items:
        item.id = item.position + 1
    return [item for item in items if code_key in (None, item.code_key)]


def insert_run(dealer: Dealer, today: date) -> PlannedRun:
    """Insert the run and an item for each code, all of them running; return copies."""
    run = unsaved_run(dealer, today)
    db.session.add(run)
    db.session.flush()
    items = items_of(run.id, codes_of(dealer.id))
    for item in items:
        item.status = RunItemState.RUNNING
    db.session.add_all(items)
    db.session.flush()
    return PlannedRun(copy_of(run), [copy_of(item) for item in items])
