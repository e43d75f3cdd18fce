"""Reads what the result of a code depends on: one statement for a run, and one for each of its codes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import and_, bindparam, func, select

from webapp.core.enums import OPEN_CLEARING_STATES, OPEN_PULL_STATES
from webapp.extensions import db
from webapp.models import (
    Alias,
    AliasVersion,
    CatalogVersion,
    Dealer,
    HeldClearing,
    HeldPull,
    Manufacturer,
    RunItem,
    RunMapping,
    StockVersion,
    StoredPull,
    SupplierCode,
)

_ALIASES: Final = Alias.__table__.c
_CATALOGS: Final = CatalogVersion.__table__.c
_CODES: Final = SupplierCode.__table__.c
_DEALERS: Final = Dealer.__table__.c
_HELD: Final = HeldClearing.__table__.c
_HELD_PULLS: Final = HeldPull.__table__.c
_ITEMS: Final = RunItem.__table__.c
_MANUFACTURERS: Final = Manufacturer.__table__.c
_MAPPINGS: Final = RunMapping.__table__.c
_PULLS: Final = StoredPull.__table__.c
_RULES: Final = AliasVersion.__table__.c
_STOCK: Final = StockVersion.__table__.c


class Mapping(NamedTuple):
    """A manufacturer of the code, in the order in which they are tried (R12)."""

    manufacturer_id: int
    lead_time_days: int
    pricing: str
    catalog: str
    manufacturer: str


# A supplier code of the dealer: code key and manufacturer id.
CodeKey = tuple[str, int]


class StoredFacts(NamedTuple):
    """The stored pull of a code: what it is compared by, and its counts."""

    digest: bytes
    basis: bytes
    oldest: str | None
    frozen_until: datetime | None
    counts: dict[str, int]


class Holds(NamedTuple):
    """Whether a clearing of the code is held (R14), and the state of a held pull that is open (R27)."""

    clearing: bool = False
    pull: str | None = None


_PLANNED: Final = (
    select(
        _ITEMS.id,
        _ITEMS.code_key,
        _MAPPINGS.manufacturer_id,
        _MAPPINGS.lead_time_days,
        _MAPPINGS.pricing,
        _MANUFACTURERS.catalog,
        _MANUFACTURERS.name,
    )
    .join_from(RunItem.__table__, RunMapping.__table__, _MAPPINGS.run_item_id == _ITEMS.id)
    .join(Manufacturer.__table__, _MANUFACTURERS.id == _MAPPINGS.manufacturer_id)
    .where(_ITEMS.run_id == bindparam("run"))
    .order_by(_ITEMS.id, _MAPPINGS.position)
)


def planned_mappings(run_id: int) -> list[tuple[int, str, Mapping]]:
    """Return the mappings of a run in their order, each after its item's id and code key."""
    rows = db.session.execute(_PLANNED, {"run": run_id})
    return [(row[0], row[1], Mapping(*row[2:])) for row in rows]


def _version(owner_key: Any) -> Any:
    query = select(_CATALOGS.version).where(_CATALOGS.owner_key == owner_key)
    return func.coalesce(query.scalar_subquery(), 0)


_MAPPED: Final = SupplierCode.__table__.alias("mapped").c
_OF_CODE: Final = select(_MAPPED.manufacturer_id).where(
    _MAPPED.dealer_id == bindparam("dealer"), _MAPPED.code_key == bindparam("code")
)

# A row for each of the dealer's codes, one at least; all have the same facts.
_VERSIONS: Final = (
    _version(0),
    _version(bindparam("dealer")),
    func.coalesce(select(_STOCK.version).where(_STOCK.dealer_id == bindparam("dealer")).scalar_subquery(), 0),
)
_RULES_VERSION: Final = (
    select(func.sum(_RULES.version))
    .where(_RULES.dealer_id == bindparam("dealer"), _RULES.manufacturer_id.in_(_OF_CODE))
    .scalar_subquery()
)
_HAS_ALIASES: Final = (
    select(_ALIASES.id)
    .where(_ALIASES.dealer_id == bindparam("dealer"), _ALIASES.manufacturer_id.in_(_OF_CODE))
    .exists()
)
_IS_HELD: Final = (
    select(_HELD.id)
    .where(
        _HELD.dealer_id == bindparam("dealer"),
        _HELD.code_key == bindparam("code"),
        _HELD.state.in_(OPEN_CLEARING_STATES),
    )
    .exists()
)
_PULL_HOLD: Final = (
    select(_HELD_PULLS.state)
    .where(
        _HELD_PULLS.dealer_id == bindparam("dealer"),
        _HELD_PULLS.code_key == bindparam("code"),
        _HELD_PULLS.state.in_(OPEN_PULL_STATES),
    )
    .scalar_subquery()
)
_COUNTS: Final = ("synced", "skipped", "kept", "kept_absent", "prices_left", "prices_blocked", "frozen")
_FACTS: Final = (
    select(
        *(_CODES.code_key, _CODES.manufacturer_id, _CODES.position, _CODES.id),
        *(_PULLS.digest, _PULLS.basis, _PULLS.oldest, _PULLS.frozen_until),
        *(_PULLS[name] for name in _COUNTS),
        *(_IS_HELD, _PULL_HOLD, _RULES_VERSION, _HAS_ALIASES),
        *_VERSIONS,
    )
    .join_from(Dealer.__table__, SupplierCode.__table__, _CODES.dealer_id == _DEALERS.id, isouter=True)
    .join(
        StoredPull.__table__,
        and_(_PULLS.dealer_id == _DEALERS.id, _PULLS.code_key == bindparam("code")),
        isouter=True,
    )
    .where(_DEALERS.id == bindparam("dealer"))
)


class Facts(NamedTuple):
    """The dealer's codes with their ranks, and what else the result of one of them depends on.

    `versions` are raised by imports of the two catalogs, and by changes of stock outside of runs;
    `rules_version` by changes of aliases, guards and freezes, and None before the first. `has_aliases`: there
    are any for one of the code's manufacturers.
    """

    codes: dict[CodeKey, tuple[int, int]]
    versions: tuple[int, ...]
    rules_version: int | None
    has_aliases: bool
    holds: Holds
    stored: StoredFacts | None


_NO_FACTS: Final = Facts({}, (0, 0, 0), None, False, Holds(), None)


def facts_of(dealer_id: int, code_key: str) -> Facts:
    """Return the facts of one of the dealer's codes."""
    rows = db.session.execute(_FACTS, {"dealer": dealer_id, "code": code_key}).all()
    if not rows:
        return _NO_FACTS
    codes = {(row[0], row[1]): (row[2], row[3]) for row in rows if row[3] is not None}
    digest, basis, oldest, frozen_until, *rest = rows[0][4:]
    counts = dict(zip(_COUNTS, rest, strict=False))
    is_held, pull_hold, rules, has_aliases, *versions = rest[len(_COUNTS) :]
    stored = None if digest is None else StoredFacts(digest, basis, oldest, frozen_until, counts)
    rules_version = None if rules is None else int(rules)
    holds = Holds(bool(is_held), pull_hold)
    return Facts(codes, tuple(map(int, versions)), rules_version, bool(has_aliases), holds, stored)
