"""The step about a product's lock (R28)."""

from __future__ import annotations

from collections.abc import Iterator

from webapp.explain.explained_product import ExplainedLock, ExplainedProduct
from webapp.explain.steps.step import Step
from webapp.web.numbers import count, money


def steps(product: ExplainedProduct) -> Iterator[Step]:
    """Yield the step about the open lock, if there is one."""
    if (lock := product.lock) is None:
        return
    until = f" It ends after {lock.last_day}." if lock.last_day else " No end date."
    lines = [
        f"{lock.reason}. Set by {lock.owner or 'the system'}.{until}".replace("..", "."),
        _unlocked(lock),
    ]
    yield Step("lock", "info", f"Locked: {lock.figures}", lines, at=lock.set_at)


def _unlocked(lock: ExplainedLock) -> str:
    figures = lock.unlocked
    if figures is None:
        return "Without the lock, it wouldn’t be on the webstore: it was never in stock."
    quantity, price, days = figures
    if not quantity:
        return "Without the lock, it would be out of stock."
    at = f" at {money(price)}" if price is not None else ""
    ships = f", lead time {count(days, 'day')}" if days is not None else ""
    return f"Without the lock, the webstore would show {quantity:,}{at}{ships}."
