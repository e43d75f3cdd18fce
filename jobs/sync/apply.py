"""Applies one complete code in one transaction, so that no shopper sees a half state (R13)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from jobs.sync import held, items, journal
from jobs.sync import statements as sql
from webapp.extensions import db, plan_as_written
from webapp.models import Run, RunItem
from webapp.webstore import figures


def apply(claim: journal.Claim, run: Run, item: RunItem) -> None:
    """Match and apply what was reported for an item, note what must be reindexed, and close the item.

    Everything or nothing: a worker that dies within leaves the shelf as it was.
    """
    key = {"run": run.id, "dealer": run.dealer_id, "item": item.id, "code": item.code_key}
    clears = bool(run.settings and run.settings["clear_previous"])
    with journal.hold(claim):
        plan_as_written(db.session.connection())
        figures.hold(db.session(), run.dealer_id)
        _match(key)
        if clears:
            clears = held.allows(run, item, key)
        else:
            held.give_up(run, item)
        _execute(sql.PUT_ON_SHELF, key)
        cleared = _execute(sql.CLEAR_PREVIOUS if clears else sql.CLEAR_MOVED, key)
        _explain_skipped(key)
        changed = figures.refresh(db.session(), run.dealer_id, figures.CHANGED_BY_ITEM, run_item_id=item.id)
        items.close_item(
            item.id,
            synced=_count(sql.COUNT_SYNCED, key),
            skipped=_count(sql.COUNT_SKIPPED, key),
            prices_left=_count(sql.PRICES_LEFT, key),
            cleared=cleared,
            changed=changed,
            held=held.count(item.id),
        )


def _match(key: dict[str, Any]) -> None:
    _execute(sql.FORGET_REMOVED, key)
    _execute(sql.DROP_REPEATED, key)
    _execute(sql.MATCH, key)


def _explain_skipped(key: dict[str, Any]) -> None:
    _execute(sql.MARK_UNMATCHED, key)
    for statement in sql.SUGGEST:
        _execute(statement, key)


def _execute(statement: str, key: dict[str, Any]) -> int:
    result: Any = db.session.execute(text(statement), _asked_for(statement, key))
    return max(int(result.rowcount), 0)


def _count(statement: str, key: dict[str, Any]) -> int:
    return int(db.session.scalar(text(statement), _asked_for(statement, key)) or 0)


def _asked_for(statement: str, key: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in key.items() if f":{name}" in statement}
