"""The locks that products have, in words (R28)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from webapp.explain.explained_product import ExplainedLock
from webapp.extensions import db
from webapp.models import Dealer, ProductLock
from webapp.search import figures
from webapp.web.lock_texts import lock_day, lock_figures


def of_products(dealer_id: int, product_ids: Collection[int]) -> dict[int, ExplainedLock]:
    """Return the open locks of products, by product."""
    query = (
        select(ProductLock)
        .where(ProductLock.dealer_id == dealer_id, ProductLock.product_id.in_(product_ids))
        .where(ProductLock.ended_at.is_(None))
        .options(joinedload(ProductLock.owner))
    )
    locks = list(db.session.scalars(query))
    if not locks:
        return {}
    unlocked = figures.unlocked(db.session(), dealer_id, [lock.product_id for lock in locks])
    zone = db.session.get_one(Dealer, dealer_id).zone
    return {
        lock.product_id: ExplainedLock(
            figures=lock_figures(lock),
            is_hidden=lock.is_hidden,
            reason=lock.reason,
            owner=lock.owner.email if lock.owner else None,
            set_at=lock.created_at,
            last_day=lock_day(lock.until, zone) if lock.until else None,
            unlocked=unlocked.get(lock.product_id),
        )
        for lock in locks
    }
