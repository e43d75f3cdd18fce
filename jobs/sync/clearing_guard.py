"""Clearing guard: holds a suspicious clearing (R14); the reported parts are applied, the others kept.

A complete pull may still be wrong: a day on which the service lists nothing, a code that lost its parts in
Lightspeed. Nothing is cleared until a user decides or the next pull confirms it.
"""

from __future__ import annotations

import structlog
from flask import current_app
from sqlalchemy import select, update

from jobs.sync import apply_sql as sql
from jobs.sync import execute_sql, previous_pulls, rules
from jobs.sync.execute_sql import Key
from jobs.sync.kept_sql import FORGET_RETAINED
from webapp.core import clock
from webapp.extensions import db, plan_as_written
from webapp.models import HeldClearing, Run, RunItem
from webapp.search import figures

log = structlog.get_logger(__name__)

STANDING = ("held", "applying", "kept")


def allows(run: Run, item: RunItem, key: Key) -> bool:
    """Whether a matched, complete code may clear what it did not report; if not, that is written down.

    Call in the transaction that applies the code, before anything is put on the shelf.
    """
    weighed = _weigh(key)
    standing = _standing(run.dealer_id, item.code_key)
    if weighed is None:
        _settle(standing, "overtaken")
        return True
    if standing is not None and rules.says_the_same(weighed.products, standing.products):
        if standing.state == "kept":
            return False
        _settle(standing, "applied" if standing.state == "applying" else "confirmed")
        return True
    _settle(standing, "overtaken")
    _hold(run, item, weighed)
    return False


def give_up(run: Run, item: RunItem) -> None:
    """Hold nothing any more: nothing is cleared of this code."""
    _settle(_standing(run.dealer_id, item.code_key), "overtaken")


def _weigh(key: Key) -> rules.Weighed | None:
    """What would go to zero, if that is suspicious."""
    share, minimum = current_app.config["CLEAR_HOLD_SHARE"], current_app.config["CLEAR_HOLD_MINIMUM"]
    rows = execute_sql.rows(sql.WEIGH_MANUFACTURERS, key)
    each = [rules.Weighed(row.stocked - row.remaining, row.stocked) for row in rows]
    if any(rules.is_suspicious(weighed, share, minimum) for weighed in each):
        return rules.Weighed(sum(weighed.products for weighed in each), sum(row.stocked for row in rows))
    return _weigh_silence(key, share, minimum)


def _weigh_silence(key: Key, share: float, minimum: int) -> rules.Weighed | None:
    """A code that had much in stock and reports nothing, whatever other codes of its manufacturer have."""
    if execute_sql.count(sql.COUNT_SYNCED, key):
        return None
    stocked = execute_sql.count(sql.WEIGH_CODE, key)
    is_off = not share or not minimum
    return None if is_off or stocked < minimum else rules.Weighed(stocked, stocked)


def _standing(dealer_id: int, code_key: str) -> HeldClearing | None:
    return db.session.scalar(
        select(HeldClearing)
        .where(
            HeldClearing.dealer_id == dealer_id,
            HeldClearing.code_key == code_key,
            HeldClearing.state.in_(STANDING),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _settle(standing: HeldClearing | None, state: str) -> None:
    if standing is not None:
        standing.state = state
        standing.decided_at = standing.decided_at or clock.now()
        db.session.flush()


def _hold(run: Run, item: RunItem, weighed: rules.Weighed) -> None:
    db.session.add(
        HeldClearing(
            dealer_id=run.dealer_id,
            run_id=run.id,
            run_item_id=item.id,
            supplier_code=item.supplier_code,
            code_key=item.code_key,
            products=weighed.products,
            stocked=weighed.stocked,
        )
    )
    db.session.flush()
    log.warning("clearing.held", products=weighed.products, stocked=weighed.stocked)


def count(item_id: int) -> int:
    """How many products a clearing that is held would take to zero, in an item."""
    products = select(HeldClearing.products).where(
        HeldClearing.run_item_id == item_id, HeldClearing.state == "held"
    )
    return int(db.session.scalar(products) or 0)


def sentences(run_id: int) -> list[str]:
    """What a run's held clearings would do."""
    standing = select(HeldClearing).where(HeldClearing.run_id == run_id, HeldClearing.state == "held")
    return [clearing.sentence for clearing in db.session.scalars(standing.order_by(HeldClearing.id))]


def carry_out(clearing_id: int) -> bool:
    """Clear what a person decided to clear; false if that was overtaken by a later pull, or done already."""
    plan_as_written(db.session.connection())
    dealer_id = db.session.scalar(select(HeldClearing.dealer_id).where(HeldClearing.id == clearing_id))
    if dealer_id is None:
        return False
    figures.lock_shelf(db.session(), dealer_id)
    clearing = db.session.scalar(
        select(HeldClearing)
        .where(HeldClearing.id == clearing_id, HeldClearing.state == "applying")
        .execution_options(populate_existing=True)
    )
    if clearing is None:
        db.session.rollback()
        return False
    cleared = _clear(clearing)
    clearing.state = "applied"
    db.session.execute(
        update(RunItem)
        .where(RunItem.id == clearing.run_item_id)
        .values(cleared=RunItem.cleared + cleared, held=0)
    )
    db.session.commit()
    log.info("clearing.applied", clearing=clearing_id, cleared=cleared)
    return True


def _clear(clearing: HeldClearing) -> int:
    item = clearing.run_item_id
    key = {
        "run": clearing.run_id,
        "dealer": clearing.dealer_id,
        "item": item,
        "code": clearing.code_key,
        "unnamed": previous_pulls.Pull.of(item).unnamed,
    }
    cleared = execute_sql.execute(sql.CLEAR_PREVIOUS, key)
    execute_sql.execute(FORGET_RETAINED, key)
    figures.refresh(db.session(), clearing.dealer_id, figures.CHANGED_BY_ITEM, run_item_id=item)
    return cleared
