"""Locks that kept a run's changes from the webstore (R28)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import or_, select

from webapp.core import clock
from webapp.extensions import db
from webapp.models import ProductLock, Run


def locks_of(run: Run, product_ids: Collection[int]) -> dict[int, ProductLock]:
    """Return the locks that products had when the run ended, by product."""
    at = run.finished_at or clock.now()
    query = select(ProductLock).where(
        ProductLock.dealer_id == run.dealer_id,
        ProductLock.product_id.in_(product_ids),
        ProductLock.created_at <= at,
        or_(ProductLock.until.is_(None), ProductLock.until > at),
        or_(ProductLock.ended_at.is_(None), ProductLock.ended_at > at),
    )
    return {lock.product_id: lock for lock in db.session.scalars(query)}
