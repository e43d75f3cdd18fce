"""Sets, changes and ends locks on a dealer's products; the webstore follows in the same transaction (R28)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.orm import joinedload

from webapp import audit
from webapp.core import clock
from webapp.core.errors import Refused
from webapp.extensions import db
from webapp.models import Dealer, Product, ProductLock, User
from webapp.models.id_lists import in_ids
from webapp.search import figures, noted_products, outbox
from webapp.web.lock_texts import lock_day, lock_figures

# Runs read all locks of a dealer.
MOST_LOCKS: Final = 20_000
# Products that an audit entry names.
MOST_NAMED: Final = 200
# Dealers whose locks one tick ends; the next one goes on.
MOST_DEALERS: Final = 100
CHANGED: Final = "The lock has changed since you opened it. Check it and try again."
GONE: Final = "The locks you chose were removed already, or have expired."


class LockValues(NamedTuple):
    """What a lock fixes: an empty figure is not locked. It holds before `until`, if that is given."""

    quantity: int | None = None
    sale_price_cents: int | None = None
    lead_time_days: int | None = None
    is_hidden: bool = False
    until: datetime | None = None
    reason: str = ""


def values_of(lock: ProductLock) -> LockValues:
    """Return the values of a stored lock."""
    return LockValues(*(getattr(lock, name) for name in LockValues._fields))


def set_lock(
    dealer: Dealer, product_id: int, values: LockValues, by: User | None, *, expected: int | None
) -> None:
    """Lock a product, or change its lock, and commit.

    `expected` is the id of the lock that the user saw. Raises Refused if the product has another one by now.
    """
    figures.lock_shelf(db.session(), dealer.id)
    present = open_locks(dealer.id, [product_id]).get(product_id)
    if (present.id if present else None) != expected:
        db.session.rollback()
        raise Refused(CHANGED)
    set_locks(dealer, {product_id: values}, by)


def set_locks(
    dealer: Dealer, wanted: Mapping[int, LockValues], by: User | None, action: str = "locks.set"
) -> int:
    """Lock products by their ids, replacing locks that differ, and commit; return how many locks changed.

    Raises Refused if the dealer would have too many locks.
    """
    figures.lock_shelf(db.session(), dealer.id)
    present = open_locks(dealer.id, wanted)
    changed = {
        product_id: values
        for product_id, values in wanted.items()
        if product_id not in present or values_of(present[product_id]) != values
    }
    if not changed:
        db.session.rollback()
        return 0
    replaced = [present[product_id] for product_id in changed if product_id in present]
    _refuse_too_many(dealer.id, len(changed) - len(replaced))
    before = _texts(dealer, replaced)
    _end(replaced, "changed", by)
    now = clock.now()
    rows = [
        {
            **values._asdict(),
            "dealer_id": dealer.id,
            "product_id": product_id,
            "owner_id": by.id if by else None,
            "created_at": now,
        }
        for product_id, values in changed.items()
    ]
    db.session.execute(insert(ProductLock), rows)
    set_now = open_locks(dealer.id, changed)
    _take_effect(dealer.id, [*replaced, *set_now.values()])
    after = _texts(dealer, set_now.values())
    audit.note(action, _subject(set_now.values()), dealer_id=dealer.id, before=before, after=after, by=by)
    _commit()
    return len(changed)


def remove(dealer: Dealer, lock_ids: Collection[int], by: User | None) -> int:
    """Remove open locks of the dealer and commit; return how many. Others are ignored."""
    figures.lock_shelf(db.session(), dealer.id)
    query = _open_of(dealer.id).where(in_ids(db.session.connection(), ProductLock.id, lock_ids))
    found = list(db.session.scalars(query))
    if not found:
        db.session.rollback()
        return 0
    before = _texts(dealer, found)
    _end(found, "removed", by)
    _take_effect(dealer.id, found)
    audit.note("locks.removed", _subject(found), dealer_id=dealer.id, before=before, by=by)
    _commit()
    return len(found)


def expire(now: datetime) -> int:
    """End the locks whose time is over, in a transaction for each dealer; return how many.

    The caller has the outbox drained. On PostgreSQL a dealer whose shelf a run has locked is left to the next
    call: the run ignores such locks.
    """
    due = (ProductLock.ended_at.is_(None), ProductLock.until <= now)
    dealer_ids = list(db.session.scalars(select(ProductLock.dealer_id).where(*due).distinct()))
    db.session.rollback()
    return sum(_expire_of(dealer_id, now) for dealer_id in sorted(dealer_ids)[:MOST_DEALERS])


def _expire_of(dealer_id: int, now: datetime) -> int:
    unlocked = select(Dealer).where(Dealer.id == dealer_id)
    dealer = db.session.scalar(unlocked.with_for_update(key_share=True, skip_locked=True))
    found = list(db.session.scalars(_open_of(dealer_id).where(ProductLock.until <= now))) if dealer else []
    if dealer is None or not found:
        db.session.rollback()
        return 0
    before = _texts(dealer, found)
    _end(found, "expired", None)
    _take_effect(dealer_id, found)
    audit.note("locks.expired", _subject(found), dealer_id=dealer_id, before=before)
    db.session.commit()
    return len(found)


def open_locks(dealer_id: int, product_ids: Collection[int]) -> dict[int, ProductLock]:
    """Return the open locks of products by product."""
    listed = in_ids(db.session.connection(), ProductLock.product_id, product_ids)
    return {lock.product_id: lock for lock in db.session.scalars(_open_of(dealer_id).where(listed))}


def _open_of(dealer_id: int) -> Select[ProductLock]:
    query = select(ProductLock).where(ProductLock.dealer_id == dealer_id, ProductLock.ended_at.is_(None))
    return query.options(joinedload(ProductLock.product)).order_by(ProductLock.id)


def _refuse_too_many(dealer_id: int, added: int) -> None:
    query = select(func.count()).where(ProductLock.dealer_id == dealer_id, ProductLock.ended_at.is_(None))
    if added and (db.session.scalar(query) or 0) + added > MOST_LOCKS:
        db.session.rollback()
        raise Refused(f"A dealer can have up to {MOST_LOCKS:,} locks. Remove some first.")


def _end(locks: Iterable[ProductLock], how: str, by: User | None) -> None:
    ids = [lock.id for lock in locks]
    of_locks = in_ids(db.session.connection(), ProductLock.id, ids)
    ended = {"ended_at": clock.now(), "ended_how": how, "ended_by_id": by.id if by else None}
    changed = update(ProductLock).where(of_locks).values(ended)
    db.session.execute(changed, execution_options={"synchronize_session": False})


def _take_effect(dealer_id: int, locks: Collection[ProductLock]) -> None:
    """Update the figures of the products, and reindex those that were, or are now, hidden."""
    figures.refresh_locked(db.session(), dealer_id, {lock.product_id for lock in locks})
    hidden = sorted({lock.product_id for lock in locks if lock.is_hidden})
    noted_products.note(db.session.connection(), dealer_id, hidden)


def _commit() -> None:
    db.session.commit()
    outbox.enqueue_drain()


def _texts(dealer: Dealer, locks: Iterable[ProductLock]) -> dict[str, str]:
    return {_name(lock.product): _text(dealer, lock) for lock in list(locks)[:MOST_NAMED]}


def _text(dealer: Dealer, lock: ProductLock) -> str:
    until = f", through {lock_day(lock.until, dealer.zone)}" if lock.until else ""
    return f"{lock_figures(lock)}{until}{f': {lock.reason}' if lock.reason else ''}"


def _subject(locks: Collection[ProductLock]) -> str:
    names = [_name(lock.product) for lock in locks]
    return names[0] if len(names) == 1 else f"{len(names):,} products"


def _name(product: Product) -> str:
    return f"{product.brand} {product.mpn}"
