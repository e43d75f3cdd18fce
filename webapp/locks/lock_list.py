"""A dealer's locks for display and export: those that end first come first (R28)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from webapp.core import clock
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.models import Product, ProductLock
from webapp.search import figures

PAGE_LENGTH: Final = 50
KIND_LABELS: Final = {
    "ending": "Ending within 7 days",
    "hidden": "Hidden",
    "quantity": "Quantity",
    "price": "Price",
    "lead_time": "Lead time",
}
_SOON: Final = timedelta(days=7)


@dataclass(frozen=True)
class LockFilter:
    """Filter of the list; empty fields match everything."""

    words: str = ""
    kind: str = ""

    @property
    def arguments(self) -> dict[str, str]:
        """Return the filter as query string arguments."""
        given = {"q": self.words, "kind": self.kind}
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True)
class LockList:
    """A page of locks, from 1. `unlocked` has the figures of their products without the lock, by product."""

    rows: list[ProductLock]
    unlocked: Mapping[int, tuple[int, int | None, int | None]]
    choice: LockFilter
    page: int
    total: int

    @classmethod
    def of(cls, dealer_id: int, choice: LockFilter, page: int = 1) -> LockList:
        """Return a page of the dealer's open locks."""
        query = matching(dealer_id, choice)
        total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
        rows = list(db.session.scalars(query.limit(PAGE_LENGTH).offset((page - 1) * PAGE_LENGTH)))
        unlocked = figures.unlocked(db.session(), dealer_id, [lock.product_id for lock in rows])
        return cls(rows, unlocked, choice, page, int(total or 0))

    @property
    def has_more(self) -> bool:
        return self.total > self.page * PAGE_LENGTH


def matching(dealer_id: int, choice: LockFilter) -> Select[ProductLock]:
    """Select the dealer's open locks that match.

    Words are the beginning of an MPN, of a brand or of both, or in a reason.
    """
    query = (
        select(ProductLock)
        .join(Product, Product.id == ProductLock.product_id)
        .where(ProductLock.dealer_id == dealer_id, ProductLock.ended_at.is_(None))
        .options(joinedload(ProductLock.product), joinedload(ProductLock.owner))
        .order_by(ProductLock.until.is_(None), ProductLock.until, ProductLock.id.desc())
    )
    if choice.words:
        query = query.where(or_(*_with_words(choice.words)))
    return query.where(_of_kind(choice.kind)) if choice.kind in KIND_LABELS else query


def listed(dealer_id: int, choice: LockFilter | None = None) -> Iterable[ProductLock]:
    """Return all matching locks."""
    return db.session.scalars(matching(dealer_id, choice or LockFilter()))


def _with_words(words: str) -> Iterable[Any]:
    key = key_of(words)
    yield Product.mpn_key.startswith(key, autoescape=True)
    yield Product.brand_key.startswith(key, autoescape=True)
    yield (Product.brand_key + " " + Product.mpn_key).startswith(key, autoescape=True)
    yield func.lower(ProductLock.reason).contains(key, autoescape=True)


def _of_kind(kind: str) -> Any:
    conditions = {
        "ending": ProductLock.until <= clock.now() + _SOON,
        "hidden": ProductLock.is_hidden,
        "quantity": ProductLock.quantity.is_not(None),
        "price": ProductLock.sale_price_cents.is_not(None),
        "lead_time": ProductLock.lead_time_days.is_not(None),
    }
    return conditions[kind]
