"""Change guard: holds a complete pull that is unlike the stored one in bulk, as a whole (R27).

A dealer may change many prices at once; more often, cents were read as dollars, or the response is another
store's. Nothing of such a pull is applied until a user decides, or its time is over.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

import structlog
from flask import current_app
from sqlalchemy import delete, select

from jobs.sync import change_rules
from jobs.sync.applying import held_rows
from jobs.sync.applying.comparison import Comparison
from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.stored_rows import PullRows
from webapp.core import clock
from webapp.core.bulk_changes import BulkChange
from webapp.core.enums import OPEN_PULL_STATES, STORED_TRIGGERS
from webapp.extensions import db
from webapp.models import HeldPull, HeldPullRows, Run, RunItem, StoredPull
from webapp.previews.summary import Summary

log = structlog.get_logger(__name__)

# The run that applies held pulls.
TRIGGER: Final = "held"
# Runs that apply rows which an earlier run has received; those of a preview were fetched for it (R24).
_RECEIVED_EARLIER: Final = tuple(trigger for trigger in STORED_TRIGGERS if trigger != "preview")


def comparison(run: Run, context: CodeContext, stored: StoredPull | None) -> Comparison | None:
    """Return what compares a pull with the stored one; None if it is not to be held.

    There is none of a code's first pull, of stored rows, and of a pull that a user has applied.
    """
    share, minimum = _thresholds()
    if stored is None or not share or not minimum or run.trigger in _RECEIVED_EARLIER:
        return None
    if stored.synced + stored.skipped < minimum or context.pull_hold == "applying":
        return None
    pricings = {mapping.pricing for mapping in context.mappings}
    is_same_column = stored.quantity_column == context.expected.quantity_column
    return Comparison(pricings, is_same_column=is_same_column)


def found(compared: Comparison | None) -> list[BulkChange]:
    """Return the reasons to hold the pull; none if it was not compared."""
    return change_rules.bulk_changes(compared.counts, *_thresholds()) if compared is not None else []


def is_approved(run: Run, item: RunItem) -> bool:
    """Return whether a user has seen what the run applies to this code, its clearing included (R14)."""
    if run.trigger != TRIGGER:
        return False
    pull = _open_pull(run.dealer_id, item.code_key)
    return pull is not None and pull.decided_at is not None


def sentence(reasons: Collection[BulkChange]) -> str:
    """Say of an item why its pull is held, and nothing of it was applied."""
    return f"On hold, nothing changed: {' '.join(reason.sentence for reason in reasons)}"


def settle(run: Run, context: CodeContext) -> None:
    """Close the open hold of a code that was applied; stored rows that were not held leave it open."""
    if context.pull_hold is None or (run.trigger in _RECEIVED_EARLIER and run.trigger != TRIGGER):
        return
    pull = _open_pull(context.dealer_id, context.code_key)
    if pull is not None:
        _close(pull, "applied" if pull.state == "applying" else "overtaken")
        if pull.state == "applied":
            log.info("pull.applied", pull=pull.id)


def hold(
    run: Run,
    item: RunItem,
    context: CodeContext,
    reasons: Collection[BulkChange],
    received: PullRows,
    planned: Summary,
) -> HeldPull:
    """Hold a pull, in the transaction that closes its item.

    It replaces an earlier one that is still open: the time at which it is applied stays, and so does a
    decision to keep what the webstore has, if the reasons are of the same kinds. `planned` sums up
    what it would change.
    """
    earlier = _open_pull(context.dealer_id, context.code_key)
    now, gathered = clock.now(), received.gathered.summary_now()
    pull = HeldPull(
        dealer_id=context.dealer_id,
        run_id=run.id,
        run_item_id=item.id,
        supplier_code=context.code,
        code_key=context.code_key,
        reasons=[reason._asdict() for reason in reasons],
        rows=0,
        planned={"changes": planned.changes, **planned.counts, **planned.sum._asdict()},
        largest=planned.pack(),
        digest=received.digest,
        quantity_column=context.expected.quantity_column,
        gathered_at=gathered.median if gathered else None,
        gathered_from=gathered.oldest if gathered else None,
        held_at=now,
        apply_at=_apply_at(now),
    )
    if earlier is not None:
        _take_over(pull, earlier)
        _close(earlier, "overtaken")
    db.session.add(pull)
    db.session.flush()
    pull.rows = held_rows.store(pull.id, received.in_key_order())
    db.session.flush()
    log.warning("pull.held", kinds=sorted(pull.kinds), rows=pull.rows)
    return pull


def _take_over(pull: HeldPull, earlier: HeldPull) -> None:
    if earlier.state == "kept" and not pull.kinds <= earlier.kinds:
        return
    pull.state, pull.held_at, pull.apply_at = earlier.state, earlier.held_at, earlier.apply_at
    pull.decided_at, pull.decided_by_id = earlier.decided_at, earlier.decided_by_id


def sentences(run_id: int) -> list[str]:
    """Return the sentences that describe a run's held pulls."""
    query = select(HeldPull).where(HeldPull.run_id == run_id, HeldPull.state == "held")
    return [pull.sentence for pull in db.session.scalars(query.order_by(HeldPull.id))]


def _thresholds() -> tuple[float, int]:
    return current_app.config["CHANGE_HOLD_SHARE"], current_app.config["CHANGE_HOLD_MINIMUM"]


def _apply_at(now: datetime) -> datetime | None:
    hours = current_app.config["CHANGE_HOLD_HOURS"]
    return now + timedelta(hours=hours) if hours else None


def _open_pull(dealer_id: int, code_key: str) -> HeldPull | None:
    query = select(HeldPull).where(
        HeldPull.dealer_id == dealer_id, HeldPull.code_key == code_key, HeldPull.state.in_(OPEN_PULL_STATES)
    )
    return db.session.scalar(query.with_for_update().execution_options(populate_existing=True))


def _close(pull: HeldPull, state: str) -> None:
    pull.state = state
    db.session.execute(delete(HeldPullRows).where(HeldPullRows.held_pull_id == pull.id))
    db.session.flush()
