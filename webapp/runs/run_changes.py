"""What a run changed of shelf stock, as its page and its CSV file show it (R25)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from sqlalchemy import cast, func, select
from sqlalchemy.engine import Connection

from webapp.extensions import db
from webapp.models import Manufacturer, PartNumber, Run, RunItem, ShelfStock, SupplierCode
from webapp.models.id_lists import in_ids
from webapp.models.types import KeyText
from webapp.pulls import stored_changes, summarized_changes
from webapp.pulls.change_summary import ChangeSummary
from webapp.pulls.product_names import names_of
from webapp.pulls.stock import Stock, StockKey
from webapp.pulls.stock_changes import LARGEST, Change
from webapp.pulls.stored_changes import CausedChange

WHY: Final = {
    "new": "New in stock",
    "back": "Back in stock",
    "received": "Received in Lightspeed",
    "sold": "Sold in Lightspeed",
    "guarded": "Set to zero by a guard",
    "price": "Price changed",
    "lead_time": "Lead time changed",
    "cleared": "No longer reported",
    "moved": "Moved to another code",
    "approved": "Approved zero-out",
    "removed": "Supplier code removed",
    "restored": "Restored",
    "rules": "Changed settings, matches, guards or freezes",
}
# The runs that apply what was received earlier, as a user changed what is made of it (R22).
RULES_TRIGGER: Final = "alias"

# Changes that are summarized while a page waits; more would take seconds.
MOST_SUMMARIZED: Final = 30_000


class ShownChange(NamedTuple):
    """A change of a product's stock under one code; `why` is one of `WHY`. Prices are in cents."""

    product_id: int
    part_number: str
    brand: str
    mpn: str
    name: str
    manufacturer: str
    code: str
    before: Stock | None
    after: Stock
    pieces: int
    value_cents: int
    why: str


def count(run: Run) -> int:
    """Return the number of a run's changes; 0 if they are not kept, or no longer."""
    return stored_changes.count(db.session.connection(), _item_ids(db.session.connection(), run.id))


def largest(run: Run, limit: int = LARGEST) -> list[ShownChange]:
    """Return the changes that moved the most retail value, up or down; at most `LARGEST`."""
    connection = db.session.connection()
    found = stored_changes.largest(connection, _item_ids(connection, run.id), limit)
    return shown(connection, run.dealer_id, found, is_of_rules=run.trigger == RULES_TRIGGER)


def summarized(run: Run) -> ChangeSummary:
    """Return a run's changes by product; an empty summary of more than `MOST_SUMMARIZED`."""
    connection = db.session.connection()
    item_ids = _item_ids(connection, run.id)
    if stored_changes.count(connection, item_ids) > MOST_SUMMARIZED:
        return ChangeSummary()
    return summarized_changes.of_items(connection, run.dealer_id, item_ids)


def of_run(connection: Connection, run_id: int, dealer_id: int) -> Iterator[list[ShownChange]]:
    """Yield the changes of a run by code, some thousand at a time, those by part number."""
    is_of_rules = connection.scalar(select(Run.trigger).where(Run.id == run_id)) == RULES_TRIGGER
    for item_id in _item_ids(connection, run_id):
        for block in stored_changes.blocks_of(connection, item_id):
            yield by_part_number(shown(connection, dealer_id, block, is_of_rules=is_of_rules))


def _item_ids(connection: Connection, run_id: int) -> list[int]:
    query = select(RunItem.id).where(RunItem.run_id == run_id).order_by(RunItem.position)
    return list(connection.scalars(query))


def by_part_number(changes: Iterable[ShownChange]) -> list[ShownChange]:
    """Return changes in the order in which a file has them."""
    return sorted(changes, key=lambda row: (row.part_number, row.mpn, row.product_id))


def shown(
    connection: Connection, dealer_id: int, changes: Sequence[CausedChange], *, is_of_rules: bool = False
) -> list[ShownChange]:
    """Return changes that were made, or are planned, with the names of their products and codes.

    `is_of_rules`: a user changed what is made of rows that were received earlier.
    """
    places = [row.change.place for row in changes]
    products = names_of(connection, {place.product_id for place in places})
    numbers = _part_numbers(connection, {place.product_id for place in places})
    makers = _manufacturers(connection, {place.manufacturer_id for place in places})
    codes = _codes(connection, dealer_id, places)
    found = []
    for change, cause in changes:
        product_id, manufacturer_id, code_key = change.place
        brand, mpn, name = products.get(product_id, ("", "", ""))
        number = numbers.get((manufacturer_id, product_id), mpn)
        maker, code = makers.get(manufacturer_id, ""), codes[code_key]
        names = number, brand, mpn, name, maker, code
        worth = change.pieces, change.value_cents, why_of(change, cause, is_of_rules=is_of_rules)
        found.append(ShownChange(product_id, *names, change.before, change.after, *worth))
    return found


def why_of(change: Change, cause: str, *, is_of_rules: bool = False) -> str:
    """Return why stock changed: a key of `WHY`."""
    if cause != "reported":
        return cause
    if change.is_zero_by_guard and change.pieces:
        return "guarded"
    if is_of_rules:
        return "rules"
    if change.before is None:
        return "new"
    if change.pieces:
        return "sold" if change.pieces < 0 else "received" if change.before.quantity else "back"
    is_price = change.before.sale_price_cents != change.after.sale_price_cents
    return "price" if is_price else "lead_time"


def _part_numbers(connection: Connection, ids: set[int]) -> dict[tuple[int, int], str]:
    """Return the first part number under which each manufacturer sells a product."""
    key = PartNumber.manufacturer_id, PartNumber.product_id
    first = func.min(cast(PartNumber.part_number, KeyText)).label("first")
    query = select(*key, first).where(in_ids(connection, PartNumber.product_id, ids)).group_by(*key)
    return {(row.manufacturer_id, row.product_id): row.first for row in connection.execute(query)}


def _manufacturers(connection: Connection, ids: set[int]) -> dict[int, str]:
    query = select(Manufacturer.id, Manufacturer.name).where(in_ids(connection, Manufacturer.id, ids))
    return {row.id: row.name for row in connection.execute(query)}


def _codes(connection: Connection, dealer_id: int, places: Sequence[StockKey]) -> dict[str, str]:
    """Return the codes as the dealer writes them, also those that are no longer in the list."""
    codes: dict[str, str] = {}
    # Of planned stock there is no row yet.
    of_dealer = select(SupplierCode.code_key, SupplierCode.code).where(SupplierCode.dealer_id == dealer_id)
    listed = {row.code_key: row.code for row in connection.execute(of_dealer)}
    for product_id, manufacturer_id, code_key in places:
        if code_key not in codes:
            query = select(ShelfStock.code).where(
                ShelfStock.dealer_id == dealer_id,
                ShelfStock.product_id == product_id,
                ShelfStock.manufacturer_id == manufacturer_id,
                ShelfStock.code_key == code_key,
            )
            codes[code_key] = connection.scalar(query) or listed.get(code_key, code_key)
    return codes
