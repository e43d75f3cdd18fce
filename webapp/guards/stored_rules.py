"""Reads which guards apply to a dealer's codes (R27): one statement, whatever their number."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.engine import Connection

from webapp.guards.rules import DEFAULT_PLACEHOLDERS, GuardRules, GuardValues, resolved
from webapp.models import CodeGuards, Dealer, GuardSettings

_SETTINGS: Final = GuardSettings.__table__.c
_CODES: Final = CodeGuards.__table__.c
_DEALERS: Final = Dealer.__table__.c
# Without settings, imported minimum prices count, and nothing else.
NO_SETTINGS: Final = GuardValues(blocks_placeholders=False, keeps_minimum_prices=True)

_QUERY: Final = (
    select(
        _SETTINGS.dealer_id,
        _SETTINGS.placeholder_prices,
        *(_SETTINGS[name] for name in GuardValues._fields),
        _CODES.code_key,
        _CODES.manufacturer_id,
        *(_CODES[name] for name in GuardValues._fields),
    )
    .join_from(Dealer.__table__, GuardSettings.__table__, _SETTINGS.dealer_id == _DEALERS.id, isouter=True)
    .join(CodeGuards.__table__, _CODES.dealer_id == _DEALERS.id, isouter=True)
    .where(_DEALERS.id == bindparam("dealer"))
)


@dataclass(frozen=True)
class StoredRules:
    """A dealer's defaults, and what differs from them, by code key and manufacturer."""

    dealer: GuardValues = NO_SETTINGS
    placeholders: tuple[int, ...] = DEFAULT_PLACEHOLDERS
    codes: dict[tuple[str, int], GuardValues] = field(default_factory=dict)

    def of(self, code_key: str, manufacturer_id: int) -> GuardRules:
        """Return what applies to a code."""
        own = self.codes.get((code_key, manufacturer_id))
        return resolved(self.dealer, frozenset(self.placeholders), own)


def read(connection: Connection, dealer_id: int) -> StoredRules:
    """Return the guards of a dealer."""
    rows = connection.execute(_QUERY, {"dealer": dealer_id}).all()
    if not rows:
        return StoredRules()
    has_settings, placeholders, *_ = rows[0]
    last = 2 + len(GuardValues._fields)
    codes = {
        (row[last], row[last + 1]): GuardValues(*row[last + 2 :]) for row in rows if row[last] is not None
    }
    if has_settings is None:
        return StoredRules(codes=codes)
    return StoredRules(GuardValues(*rows[0][2:last]), tuple(placeholders), codes)
