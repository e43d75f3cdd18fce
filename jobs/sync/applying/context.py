"""What the result of a code depends on besides its rows: settings, mappings, other codes, catalogs, stock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from jobs.sync import rules
from jobs.sync.applying import received
from webapp.core.enums import OPEN_CLEARING_STATES
from webapp.extensions import db
from webapp.models import (
    CatalogVersion,
    HeldClearing,
    Manufacturer,
    Run,
    RunItem,
    RunMapping,
    StockVersion,
    SupplierCode,
)

# Raised when the stored form of a pull, or what is derived from its rows, changes.
FORMAT = 2


class Mapping(NamedTuple):
    """A manufacturer of the code, in the order in which they are tried (R12)."""

    manufacturer_id: int
    lead_time_days: int
    pricing: str
    catalog: str
    manufacturer: str


# A supplier code of the dealer: code key and manufacturer id.
CodeKey = tuple[str, int]


@dataclass(frozen=True)
class CodeContext:
    """One code of a run, with everything that its result depends on.

    `configured` are the mappings of the run's other codes, whose stock is not cleared (R14). `ranks` orders
    the dealer's codes: the first in stock with a price gives the webstore's price (R16). `is_shared`: another
    code of the dealer has one of the manufacturers.
    """

    dealer_id: int
    item_id: int
    code: str
    code_key: str
    clears: bool
    moment: int
    expected: rules.Expectation
    mappings: list[Mapping]
    configured: frozenset[CodeKey]
    ranks: dict[CodeKey, tuple[int, int]]
    is_shared: bool
    versions: tuple[int, ...]
    is_held: bool
    connection: Connection = field(repr=False)

    @property
    def since(self) -> str:
        """The earliest date that counts, in ISO form (R9)."""
        return self.expected.since.isoformat()

    @cached_property
    def by_manufacturer(self) -> dict[int, Mapping]:
        return {mapping.manufacturer_id: mapping for mapping in self.mappings}

    def is_configured(self, code_key: str, manufacturer_id: int) -> bool:
        """Return whether another code of the run has the manufacturer."""
        return (code_key, manufacturer_id) in self.configured

    @cached_property
    def basis(self) -> bytes:
        """Digest of everything that the result depends on besides the rows and the day."""
        ranks = [(key, rank) for key, rank in sorted(self.ranks.items())]
        depends_on = (
            FORMAT,
            self.code,
            self.clears,
            self.expected.quantity_column,
            self.mappings,
            sorted(self.configured),
            ranks,
            self.versions,
        )
        return received.digest_of([(msgspec.msgpack.encode(depends_on),)])


def load(run: Run, item: RunItem) -> CodeContext:
    """Load the context of an item, within the transaction that applies it.

    A mapping that was removed since the run started is not applied: its stock stays as the user left it.
    """
    settings: dict[str, Any] = run.settings or {}
    codes = _codes(run.dealer_id)
    _forget_removed(item, {manufacturer for key, manufacturer in codes if key == item.code_key})
    mappings = _mappings(item.id)
    manufacturers = {mapping.manufacturer_id for mapping in mappings}
    return CodeContext(
        dealer_id=run.dealer_id,
        item_id=item.id,
        code=item.supplier_code,
        code_key=item.code_key,
        clears=bool(settings.get("clear_previous")),
        moment=run.retry_of_id or run.id,
        expected=rules.Expectation.of(
            item.code_key, settings["quantity_column"], date.fromisoformat(settings["today"])
        ),
        mappings=mappings,
        configured=configured(run.id, item.id),
        ranks=codes,
        is_shared=any(key != item.code_key and number in manufacturers for key, number in codes),
        versions=_versions(run.dealer_id),
        is_held=_has_open_clearing(run.dealer_id, item.code_key),
        connection=db.session.connection(),
    )


def _codes(dealer_id: int) -> dict[CodeKey, tuple[int, int]]:
    rows = db.session.execute(
        select(
            SupplierCode.code_key, SupplierCode.manufacturer_id, SupplierCode.position, SupplierCode.id
        ).where(SupplierCode.dealer_id == dealer_id)
    )
    return {(row.code_key, row.manufacturer_id): (row.position, row.id) for row in rows}


def _forget_removed(item: RunItem, listed: set[int]) -> None:
    removed = [mapping.manufacturer_id for mapping in item.mappings if mapping.manufacturer_id not in listed]
    if removed:
        statement = delete(RunMapping).where(
            RunMapping.run_item_id == item.id, RunMapping.manufacturer_id.in_(removed)
        )
        db.session.execute(statement)


def _mappings(item_id: int) -> list[Mapping]:
    rows = db.session.execute(
        select(
            RunMapping.manufacturer_id,
            RunMapping.lead_time_days,
            RunMapping.pricing,
            Manufacturer.catalog,
            Manufacturer.name,
        )
        .join(Manufacturer, Manufacturer.id == RunMapping.manufacturer_id)
        .where(RunMapping.run_item_id == item_id)
        .order_by(RunMapping.position)
    )
    return [Mapping(*row) for row in rows]


def configured(run_id: int, item_id: int) -> frozenset[CodeKey]:
    """Return the mappings of a run's other items."""
    rows = db.session.execute(
        select(RunItem.code_key, RunMapping.manufacturer_id)
        .join(RunMapping, RunMapping.run_item_id == RunItem.id)
        .where(RunItem.run_id == run_id, RunItem.id != item_id)
    )
    return frozenset((row.code_key, row.manufacturer_id) for row in rows)


def _versions(dealer_id: int) -> tuple[int, ...]:
    """Return what was raised by imports of the two catalogs, and by changes of stock outside of runs."""
    rows = db.session.execute(
        select(CatalogVersion.owner_key, CatalogVersion.version).where(
            CatalogVersion.owner_key.in_((0, dealer_id))
        )
    )
    versions = {row.owner_key: row.version for row in rows}
    stock = db.session.scalar(select(StockVersion.version).where(StockVersion.dealer_id == dealer_id))
    return versions.get(0, 0), versions.get(dealer_id, 0), int(stock or 0)


def _has_open_clearing(dealer_id: int, code_key: str) -> bool:
    query = select(HeldClearing.id).where(
        HeldClearing.dealer_id == dealer_id,
        HeldClearing.code_key == code_key,
        HeldClearing.state.in_(OPEN_CLEARING_STATES),
    )
    return db.session.scalar(query.limit(1)) is not None
