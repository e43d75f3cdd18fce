"""Finds or creates the manufacturer of each row, and rejects rows that contradict stored ones."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.exc import IntegrityError

from webapp.catalog.importing.rows import COLUMNS, CatalogRow, Rejected
from webapp.core.text_keys import key_of
from webapp.models import Dealer, Manufacturer

MAX_DEALER_DIGITS = 9
_OWN_CELLS: Final = COLUMNS.index("dealer") + 1

# Manufacturer id, catalog, and id of the owning dealer (0 for none).
Owned = tuple[int, str, int]


class Manufacturers:
    """Cache of manufacturers by a row's fields; each is queried once, and created on first use.

    New ones are committed at once, on separate connections: a manufacturer without part numbers is harmless,
    and staging takes far longer than a transaction should.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._found: dict[tuple[str, ...], tuple[int, int]] = {}
        self._of_cells: dict[tuple[str, ...], Owned] = {}

    def of_cells(self, cells: tuple[str, ...]) -> Owned | None:
        """Return what a row before had in the same cells up to `dealer`; None if there was none."""
        return self._of_cells.get(cells[:_OWN_CELLS])

    def remember(self, cells: tuple[str, ...], owned: Owned) -> None:
        """Remember what a valid row has, for `of_cells`."""
        self._of_cells[cells[:_OWN_CELLS]] = owned

    def resolve(self, row: CatalogRow) -> tuple[int, int]:
        """Return the ids of the manufacturer and the owning dealer (0 for none). Raises Rejected."""
        said = row[:5]
        found = self._found.get(said)
        if found is None:
            found = self._found[said] = self._look_up(row)
        return found

    def _look_up(self, row: CatalogRow) -> tuple[int, int]:
        with self._reading() as connection:
            owner = _owner(connection, row.dealer)
            stored = _stored(connection, row, owner)
        if stored is None:
            stored = self._add(row, owner)
        _check_same(row, stored)
        return stored.id, owner

    def _add(self, row: CatalogRow, owner: int) -> Row[int, str | None, str | None]:
        # Fails if another import has just added it, or if its abbreviation or id belongs to another
        # manufacturer.
        with suppress(IntegrityError), self._engine.begin() as connection:
            connection.execute(insert(Manufacturer).values(_values(row, owner)))
        with self._reading() as connection:
            stored = _stored(connection, row, owner)
            if stored is None:
                raise Rejected(_taken(connection, row))
            return stored

    def _reading(self) -> Connection:
        return self._engine.connect().execution_options(sqlite_begin="DEFERRED")


def _owner(connection: Connection, dealer: str) -> int:
    if not dealer:
        return 0
    fits = dealer.isascii() and dealer.isdigit() and len(dealer) <= MAX_DEALER_DIGITS
    if fits and connection.scalar(select(Dealer.id).where(Dealer.id == int(dealer))):
        return int(dealer)
    raise Rejected(f"dealer {dealer} does not exist")


def _stored(connection: Connection, row: CatalogRow, owner: int) -> Row[int, str | None, str | None] | None:
    return connection.execute(
        select(Manufacturer.id, Manufacturer.abbreviation, Manufacturer.oem_manufacturer_id).where(
            Manufacturer.catalog == row.catalog,
            Manufacturer.owner_key == owner,
            Manufacturer.name_key == key_of(row.manufacturer),
        )
    ).one_or_none()


def _check_same(row: CatalogRow, stored: Row[int, str | None, str | None]) -> None:
    if key_of(row.abbreviation) != key_of(stored.abbreviation):
        raise Rejected(f"manufacturer {row.manufacturer} has the abbreviation {stored.abbreviation}")
    if row.oem_manufacturer_id != (stored.oem_manufacturer_id or ""):
        known = stored.oem_manufacturer_id
        raise Rejected(f"manufacturer {row.manufacturer} has the oem_manufacturer_id {known}")


def _taken(connection: Connection, row: CatalogRow) -> str:
    column, value, same = (
        ("abbreviation", row.abbreviation, Manufacturer.abbreviation_key == key_of(row.abbreviation))
        if row.abbreviation
        else (
            "oem_manufacturer_id",
            row.oem_manufacturer_id,
            Manufacturer.oem_manufacturer_id == row.oem_manufacturer_id,
        )
    )
    name = connection.scalar(select(Manufacturer.name).where(same))
    return f"{column} {value} belongs to manufacturer {name}"


def _values(row: CatalogRow, owner: int) -> dict[str, str | int | None]:
    return {
        "catalog": row.catalog,
        "dealer_id": owner or None,
        "owner_key": owner,
        "name": row.manufacturer,
        "name_key": key_of(row.manufacturer),
        "abbreviation": row.abbreviation or None,
        "abbreviation_key": key_of(row.abbreviation) or None,
        "oem_manufacturer_id": row.oem_manufacturer_id or None,
    }
