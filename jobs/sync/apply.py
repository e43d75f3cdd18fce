"""Applies one complete code in one transaction: shoppers never see partly applied stock (R13)."""

from __future__ import annotations

from jobs.sync import apply_sql as sql
from jobs.sync import clearing_guard, kept_parts, kept_sql, lease, run_items
from jobs.sync.candidates_sql import SUGGEST
from jobs.sync.execute_sql import Key, count, execute
from webapp.extensions import db, plan_as_written
from webapp.models import Run, RunItem
from webapp.search import figures


def apply(run_lease: lease.Lease, run: Run, item: RunItem) -> None:
    """Match and apply the parts reported for an item, fill the outbox, and close the item.

    Atomic: the shelf is unchanged if the worker dies before the commit. Raises SourceError if no row of the
    pull is evidence about a part (R10).
    """
    with lease.transaction(run_lease):
        plan_as_written(db.session.connection())
        figures.lock_shelf(db.session(), run.dealer_id)
        clears = bool(run.settings and run.settings["clear_previous"])
        key = _match(run, item, clears)
        cleared = _put_on_shelf(run, item, key, clears)
        _explain_skipped(key)
        changed = figures.refresh(db.session(), run.dealer_id, figures.CHANGED_BY_ITEM, run_item_id=item.id)
        run_items.close_item(
            item.id,
            synced=count(sql.COUNT_SYNCED, key),
            skipped=count(sql.COUNT_SKIPPED, key),
            kept=kept_parts.count_kept(key, clears),
            prices_left=count(sql.PRICES_LEFT, key),
            cleared=cleared,
            changed=changed,
            held=clearing_guard.count(item.id),
        )


def _match(run: Run, item: RunItem, clears: bool) -> Key:
    """Match the parts of a pull with products, and return the parameters that apply them."""
    key = kept_parts.key_of(run, item)
    execute(sql.FORGET_REMOVED, key)
    execute(sql.DROP_REPEATED, key)
    kept_parts.refuse_without_evidence(key)
    kept_parts.match(key)
    kept_parts.keep(key, clears)
    return key


def _put_on_shelf(run: Run, item: RunItem, key: Key, clears: bool) -> int:
    """Apply the matched parts and clear the rest; return the number of cleared stock rows (R13, R14)."""
    allowed = clears and clearing_guard.allows(run, item, key)
    if not clears:
        clearing_guard.withdraw(run, item)
    execute(sql.PUT_ON_SHELF, key)
    cleared = execute(sql.CLEAR_PREVIOUS if allowed else sql.CLEAR_MOVED, key)
    if not clears:
        cleared += kept_parts.clear_moved_parts(key)
    execute(kept_sql.FORGET_RETAINED, key)
    return cleared


def _explain_skipped(key: Key) -> None:
    execute(sql.MARK_UNMATCHED, key)
    for statement in SUGGEST:
        execute(statement, key)
