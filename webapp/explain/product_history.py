"""History of a product: changes of its stock, locks, freezes and guards, the newest first (R25)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from webapp.core import clock
from webapp.explain import guard_history
from webapp.explain.explained_product import ExplainedProduct
from webapp.explain.history_line import HistoryLine, name_of
from webapp.explain.products import shown_days
from webapp.explain.steps import change_text
from webapp.extensions import db
from webapp.models import Freeze, ProductLock, Run
from webapp.runs import run_labels
from webapp.runs.run_changes import WHY
from webapp.web.lock_texts import lock_figures

_MOST: Final = 100
_ENDED: Final = {"changed": "Lock changed", "removed": "Lock removed", "expired": "Lock expired"}


def history_of(dealer_id: int, product: ExplainedProduct) -> list[HistoryLine]:
    """Return what happened to a product while changes are shown, the newest first; at most 100 events."""
    since = clock.now() - timedelta(days=shown_days())
    lines = [
        *_changes(dealer_id, product),
        *_locks(dealer_id, product.product_id),
        *_freezes(dealer_id, product),
        *guard_history.lines(dealer_id, product, since),
    ]
    recent = [line for line in lines if line.at >= since]
    return sorted(recent, key=lambda line: line.at, reverse=True)[:_MOST]


def _changes(dealer_id: int, product: ExplainedProduct) -> Iterator[HistoryLine]:
    ids = {change.run_id for change in product.changes if change.run_id is not None}
    query = select(Run).where(Run.dealer_id == dealer_id, Run.id.in_(ids))
    by_run = {run.id: run for run in db.session.scalars(query.options(joinedload(Run.requested_by)))}
    for change in product.changes:
        who = "A user" if change.run_id is None else _starter(by_run.get(change.run_id), change.why)
        text = change_text(change)
        yield HistoryLine(change.at, text, WHY[change.why], who, change.run_id, change.code)


def _starter(run: Run | None, why: str) -> str:
    """Return how a run was started; only by whom if the reason of its change says how."""
    if run is None:
        return ""
    if why == "rules":
        return run.requested_by.email if run.requested_by else ""
    return run_labels.trigger(run)


def _locks(dealer_id: int, product_id: int) -> Iterator[HistoryLine]:
    query = (
        select(ProductLock)
        .where(ProductLock.dealer_id == dealer_id, ProductLock.product_id == product_id)
        .options(joinedload(ProductLock.owner), joinedload(ProductLock.ended_by))
        .order_by(ProductLock.id.desc())
        .limit(_MOST)
    )
    for lock in db.session.scalars(query):
        yield HistoryLine(lock.created_at, f"Locked: {lock_figures(lock)}", lock.reason, name_of(lock.owner))
        if lock.ended_at is not None and lock.ended_how is not None:
            who = "" if lock.ended_how == "expired" else name_of(lock.ended_by)
            yield HistoryLine(lock.ended_at, _ENDED[lock.ended_how], lock.reason, who)


def _freezes(dealer_id: int, product: ExplainedProduct) -> Iterator[HistoryLine]:
    """Yield freezes of all stock, and of the product's codes and manufacturers, that have begun."""
    codes = [row.code_key for row in product.contributions]
    makers = [row.manufacturer_id for row in product.contributions]
    query = (
        select(Freeze)
        .where(Freeze.dealer_id == dealer_id, Freeze.starts_at <= clock.now())
        .where(
            or_(Freeze.scope == "all", Freeze.code_key.in_(codes), Freeze.manufacturer_id.in_(makers)),
        )
        .options(joinedload(Freeze.created_by), joinedload(Freeze.released_by))
        .order_by(Freeze.id.desc())
        .limit(_MOST)
    )
    yield from _frozen(db.session.scalars(query))


def _frozen(freezes: Iterable[Freeze]) -> Iterator[HistoryLine]:
    for row in freezes:
        yield HistoryLine(row.starts_at, f"{row.what}: frozen", row.reason, name_of(row.created_by))
        if row.released_at is not None:
            yield HistoryLine(row.released_at, f"{row.what}: released", row.reason, name_of(row.released_by))
        elif row.ended_at is not None:
            yield HistoryLine(row.ended_at, f"{row.what}: freeze ended", row.reason, "")
