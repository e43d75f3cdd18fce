"""Changes of guards that concern a product, from the audit log (R27)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from webapp.core.text_keys import key_of
from webapp.explain.explained_product import ExplainedProduct
from webapp.explain.history_line import HistoryLine
from webapp.extensions import db
from webapp.guards.settings import PLACEHOLDERS
from webapp.models import AuditEntry, MinimumPrice

_MOST: Final = 500
_ACTIONS: Final = (
    *("guards.changed", "code_guards.changed", "prices.allowed", "prices.guarded"),
    "minimum_prices.imported",
)


def lines(dealer_id: int, product: ExplainedProduct, since: datetime) -> Iterator[HistoryLine]:
    """Yield who changed guards of the dealer or of the product's codes, and who allowed its price."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.dealer_id == dealer_id, AuditEntry.action.in_(_ACTIONS), AuditEntry.at >= since)
        .order_by(AuditEntry.id.desc())
        .limit(_MOST)
    )
    entries = list(db.session.scalars(query))
    if not entries:
        return
    concerned = _Concerned(dealer_id, product)
    for entry in entries:
        if what := concerned.text_of(entry):
            yield HistoryLine(entry.at, what, _why(entry), entry.email or "System")


def _why(entry: AuditEntry) -> str:
    return f"Guards of {entry.subject}" if entry.action == "code_guards.changed" else "Guards"


class _Concerned:
    """Says what an entry means for one product."""

    def __init__(self, dealer_id: int, product: ExplainedProduct) -> None:
        self._codes = {key_of(f"{row.code} for {row.manufacturer}") for row in product.contributions}
        listed = {(row.manufacturer_id, row.key) for row in product.sellers if row.is_mapped}
        reported = {key_of(part.part_number) for row in product.contributions for part in row.parts}
        self._numbers = reported | {key for _, key in listed}
        self._has_minimum = _has_minimum(dealer_id, listed)

    def text_of(self, entry: AuditEntry) -> str:
        """Return what was changed; empty if it does not concern the product."""
        before, after = entry.before or {}, entry.after or {}
        if entry.action == "guards.changed":
            return _differences(before, after)
        if entry.action == "code_guards.changed":
            return _differences(before, after) if key_of(entry.subject) in self._codes else ""
        if entry.action == "minimum_prices.imported":
            return "Minimum advertised prices imported" if self._has_minimum else ""
        allowed = self._own(after)
        return f"Price allowed: {allowed}" if allowed else "Price checked again" if self._own(before) else ""

    def _own(self, prices: Mapping[str, Any]) -> str:
        return next((str(said) for number, said in prices.items() if key_of(number) in self._numbers), "")


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    return "; ".join(_difference(name, before.get(name), after.get(name)) for name in {**before, **after})


def _difference(name: str, before: Any, after: Any) -> str:
    if name == PLACEHOLDERS:
        # A list of any length.
        return f"{name} changed"
    return f"{name}: {'not set' if before is None else before} → {'not set' if after is None else after}"


def _has_minimum(dealer_id: int, listed: set[tuple[int, str]]) -> bool:
    keys = {key for _, key in listed}
    query = select(MinimumPrice.manufacturer_id, MinimumPrice.key).where(
        MinimumPrice.dealer_id == dealer_id, MinimumPrice.key.in_(keys)
    )
    return any((maker, key) in listed for maker, key in db.session.execute(query))
