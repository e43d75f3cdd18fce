"""What of a dealer's shelf stock is frozen (R26)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.engine import Connection

from webapp.models import Freeze

_FREEZES: Final = Freeze.__table__.c


class FrozenStock(NamedTuple):
    """What active freezes cover: all stock, that of codes by their key, and that of manufacturers.

    `until` is when the first of them ends; None if none has an end.
    """

    is_all: bool = False
    code_keys: frozenset[str] = frozenset()
    manufacturer_ids: frozenset[int] = frozenset()
    until: datetime | None = None

    @property
    def is_any(self) -> bool:
        """Whether anything is frozen."""
        return self.is_all or bool(self.code_keys) or bool(self.manufacturer_ids)

    def covers(self, code_key: str, manufacturer_id: int) -> bool:
        """Return whether a code's stock of a manufacturer is frozen."""
        return self.is_all or code_key in self.code_keys or manufacturer_id in self.manufacturer_ids


def active(connection: Connection, dealer_id: int, now: datetime) -> FrozenStock:
    """Return what is frozen now, by the time alone: the tick that notes beginnings and ends may be late."""
    query = select(_FREEZES.scope, _FREEZES.code_key, _FREEZES.manufacturer_id, _FREEZES.ends_at)
    rows = connection.execute(query.where(*is_active(dealer_id, now))).all()
    ends = [row.ends_at for row in rows if row.ends_at is not None]
    return FrozenStock(
        any(row.scope == "all" for row in rows),
        frozenset(row.code_key for row in rows if row.scope == "code"),
        frozenset(row.manufacturer_id for row in rows if row.scope == "manufacturer"),
        min(ends, default=None),
    )


def covering(dealer_id: int, now: datetime, code_key: Any, manufacturer_ids: Any) -> ColumnElement[bool]:
    """Return the condition that an active freeze covers a code, or one of its manufacturers.

    `code_key` is a column, and `manufacturer_ids` a column or a subquery, of the enclosing query.
    """
    covers = or_(
        _FREEZES.scope == "all", _FREEZES.code_key == code_key, _FREEZES.manufacturer_id.in_(manufacturer_ids)
    )
    return select(_FREEZES.id).where(*is_active(dealer_id, now), covers).exists()


def is_active(dealer_id: int, now: datetime) -> tuple[Any, ...]:
    """Return the conditions of a dealer's active freezes."""
    return (
        _FREEZES.dealer_id == dealer_id,
        _FREEZES.ended_at.is_(None),
        _FREEZES.starts_at <= now,
        or_(_FREEZES.ends_at.is_(None), _FREEZES.ends_at > now),
    )
