"""What the plan of a preview depends on besides the rows that were fetched for it, as digests (R24)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b
from typing import Any, Final

from sqlalchemy import Executable, or_, select

from webapp.core import clock
from webapp.core.enums import OPEN_CLEARING_STATES, OPEN_PULL_STATES
from webapp.extensions import db
from webapp.models import (
    AliasVersion,
    CatalogVersion,
    Configuration,
    Freeze,
    HeldClearing,
    HeldPull,
    StockVersion,
    StoredPull,
    SupplierCode,
)

# What changed, in a sentence that begins with "changed:".
LABELS: Final = {
    "day": "the day",
    "settings": "your settings",
    "codes": "your supplier codes",
    "pulls": "what an update received from Lightspeed",
    "stock": "your stock, outside of updates",
    "catalog": "the catalog",
    "rules": "accepted part numbers or guards",
    "freezes": "your freezes",
    "held": "a zero-out on hold",
    "held_pulls": "an update on hold",
}


def basis_of(dealer_id: int, timezone: str) -> dict[str, str]:
    """Return a digest of each of `LABELS` as it is now; the time zone is the dealer's."""
    found = {name: _digest(map(tuple, db.session.execute(query))) for name, query in _queries(dealer_id)}
    return {"day": clock.local_today(timezone).isoformat(), **found}


def differences(
    before: Mapping[str, Any] | None, after: Mapping[str, str], names: Collection[str] = LABELS
) -> list[str]:
    """Return labels of what differs between two moments, of some `names` or of all."""
    return [
        label for name, label in LABELS.items() if name in names and (before or {}).get(name) != after[name]
    ]


def _queries(dealer_id: int) -> Iterable[tuple[str, Executable]]:
    of_settings = (
        *(Configuration.enabled, Configuration.quantity_column),
        *(Configuration.clear_previous, Configuration.hold_old_data),
    )
    yield "settings", select(*of_settings).where(Configuration.dealer_id == dealer_id)
    of_code = (
        *(SupplierCode.id, SupplierCode.code_key, SupplierCode.code, SupplierCode.manufacturer_id),
        *(SupplierCode.lead_time_days, SupplierCode.pricing, SupplierCode.position),
    )
    yield "codes", select(*of_code).where(SupplierCode.dealer_id == dealer_id).order_by(SupplierCode.id)
    of_pull = StoredPull.code_key, StoredPull.digest
    yield "pulls", select(*of_pull).where(StoredPull.dealer_id == dealer_id).order_by(StoredPull.code_key)
    yield "stock", select(StockVersion.version).where(StockVersion.dealer_id == dealer_id)
    catalogs = or_(CatalogVersion.owner_key == 0, CatalogVersion.owner_key == dealer_id)
    of_catalog = CatalogVersion.owner_key, CatalogVersion.version
    yield "catalog", select(*of_catalog).where(catalogs).order_by(CatalogVersion.owner_key)
    of_rules = AliasVersion.manufacturer_id, AliasVersion.version
    rules = select(*of_rules).where(AliasVersion.dealer_id == dealer_id)
    yield "rules", rules.order_by(AliasVersion.manufacturer_id)
    held = HeldClearing.dealer_id == dealer_id, HeldClearing.state.in_(OPEN_CLEARING_STATES)
    yield "held", select(HeldClearing.id, HeldClearing.state).where(*held).order_by(HeldClearing.id)
    held_pull = HeldPull.dealer_id == dealer_id, HeldPull.state.in_(OPEN_PULL_STATES)
    yield "held_pulls", select(HeldPull.id, HeldPull.state).where(*held_pull).order_by(HeldPull.id)
    frozen = Freeze.dealer_id == dealer_id, Freeze.ended_at.is_(None), Freeze.starts_at <= clock.now()
    yield "freezes", select(Freeze.id, Freeze.ends_at).where(*frozen).order_by(Freeze.id)


def _digest(rows: Iterable[tuple[Any, ...]]) -> str:
    return blake2b(repr(list(rows)).encode(), digest_size=8).hexdigest()
