"""Clearing guard: holds a suspicious clearing (R14); the reported parts are applied, the others kept.

A complete pull may still be wrong: the service lists nothing for a day, or a code lost its parts in
Lightspeed. Nothing is cleared until a user decides or the next pull confirms it.
"""

from __future__ import annotations

import structlog
from flask import current_app
from sqlalchemy import select, update

from jobs.sync import rules
from jobs.sync.applying.approved_clearing import clear_held
from jobs.sync.applying.clearing import Sizes
from webapp.core import clock
from webapp.core.enums import OPEN_CLEARING_STATES
from webapp.extensions import db, plan_as_written
from webapp.models import HeldClearing, Run, RunItem
from webapp.search import figures

log = structlog.get_logger(__name__)


def allows(run: Run, item: RunItem, sizes: Sizes, *, has_parts: bool, is_held: bool) -> bool:
    """Return whether a matched, complete code may clear parts it did not report; hold the clearing if not.

    `has_parts`: it reports parts that were applied; `is_held`: a clearing of the code is open. Called in the
    transaction that applies the code.
    """
    size = _suspicious_size(sizes, has_parts)
    earlier = _open_clearing(run.dealer_id, item.code_key) if is_held else None
    if size is None:
        _close(earlier, "overtaken")
        return True
    if earlier is not None and rules.confirms(size.products, earlier.products):
        if earlier.state == "kept":
            return False
        _close(earlier, "applied" if earlier.state == "applying" else "confirmed")
        return True
    _close(earlier, "overtaken")
    _hold(run, item, size)
    return False


def withdraw(run: Run, item: RunItem) -> None:
    """Close the open clearing of a code whose previous quantities are no longer cleared."""
    _close(_open_clearing(run.dealer_id, item.code_key), "overtaken")


def _suspicious_size(sizes: Sizes, has_parts: bool) -> rules.ClearingSize | None:
    """Return the size of the clearing if it is suspicious, else None."""
    share, minimum = current_app.config["CLEAR_HOLD_SHARE"], current_app.config["CLEAR_HOLD_MINIMUM"]
    of_manufacturers = sizes.of_manufacturers
    if any(rules.is_suspicious(size, share, minimum) for size in of_manufacturers):
        products = sum(size.products for size in of_manufacturers)
        return rules.ClearingSize(products, sum(size.stocked for size in of_manufacturers))
    # A code with much stock that reports no part, regardless of related codes.
    is_off = has_parts or not share or not minimum
    if is_off or sizes.own_products < minimum:
        return None
    return rules.ClearingSize(sizes.own_products, sizes.own_products)


def _open_clearing(dealer_id: int, code_key: str) -> HeldClearing | None:
    return db.session.scalar(
        select(HeldClearing)
        .where(
            HeldClearing.dealer_id == dealer_id,
            HeldClearing.code_key == code_key,
            HeldClearing.state.in_(OPEN_CLEARING_STATES),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _close(clearing: HeldClearing | None, state: str) -> None:
    if clearing is not None:
        clearing.state = state
        clearing.decided_at = clearing.decided_at or clock.now()
        db.session.flush()


def _hold(run: Run, item: RunItem, size: rules.ClearingSize) -> None:
    db.session.add(
        HeldClearing(
            dealer_id=run.dealer_id,
            run_id=run.id,
            run_item_id=item.id,
            supplier_code=item.supplier_code,
            code_key=item.code_key,
            products=size.products,
            stocked=size.stocked,
        )
    )
    db.session.flush()
    log.warning("clearing.held", products=size.products, stocked=size.stocked)


def count(item_id: int) -> int:
    """Return the number of products that the held clearing of an item would set to zero."""
    query = select(HeldClearing.products).where(
        HeldClearing.run_item_id == item_id, HeldClearing.state == "held"
    )
    return int(db.session.scalar(query) or 0)


def sentences(run_id: int) -> list[str]:
    """Return the sentences that describe a run's held clearings."""
    query = select(HeldClearing).where(HeldClearing.run_id == run_id, HeldClearing.state == "held")
    return [clearing.sentence for clearing in db.session.scalars(query.order_by(HeldClearing.id))]


def clear_approved(clearing_id: int) -> bool:
    """Apply a clearing that a user approved; false if a later pull replaced it, or it was applied already.

    And while stock of its code is frozen: the tick tries again (R26).
    """
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
    item = db.session.get_one(RunItem, clearing.run_item_id, populate_existing=True)
    cleared = clear_held(item.run, item)
    if cleared is None:
        db.session.rollback()
        return False
    clearing.state = "applied"
    db.session.execute(
        update(RunItem)
        .where(RunItem.id == clearing.run_item_id)
        .values(
            cleared=RunItem.cleared + cleared.rows,
            changed=RunItem.changed + cleared.changed,
            frozen=RunItem.frozen + cleared.frozen,
            held=0,
        )
    )
    db.session.commit()
    log.info("clearing.applied", clearing=clearing_id, cleared=cleared.rows)
    return True
