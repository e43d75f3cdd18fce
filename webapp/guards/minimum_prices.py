"""Minimum advertised prices of manufacturers' part numbers: CSV import and export, all or nothing (R27)."""

from __future__ import annotations

from typing import IO, Any, BinaryIO, Final, NamedTuple

from sqlalchemy import delete, func, select, tuple_

from webapp import audit
from webapp.core.enums import CATALOGS
from webapp.core.money import cents_in, decimal_text
from webapp.core.spreadsheet import (
    FileLimits,
    FileRefused,
    Row,
    damage_reason,
    defuse,
    read_whole,
    write_header,
)
from webapp.core.text_keys import cleaned, key_of
from webapp.extensions import db
from webapp.matching.csv_files import manufacturers
from webapp.models import Dealer, Manufacturer, MinimumPrice, Run, User
from webapp.models.upserts import insert_new
from webapp.pulls.entries import MAX_PART_NUMBER
from webapp.runs import changed_rules

COLUMNS: Final = ("catalog", "manufacturer", "part_number", "minimum_price")
LIMITS: Final = FileLimits(megabytes=8, rows=100_000, items="part numbers")
# Rows of one statement.
_BATCH: Final = 500


class Outcome(NamedTuple):
    """How many prices were set and removed, and the run that applies them, if one was started."""

    saved: int
    removed: int
    run: Run | None


class _Price(NamedTuple):
    """A price of a file; None removes it."""

    manufacturer_id: int
    key: str
    part_number: str
    cents: int | None


def number_of(dealer: Dealer) -> int:
    """Return how many part numbers have a minimum advertised price."""
    of_dealer = MinimumPrice.dealer_id == dealer.id
    return int(db.session.scalar(select(func.count()).select_from(MinimumPrice).where(of_dealer)) or 0)


def export_csv(dealer: Dealer, file: IO[str], *, marked: bool = True) -> None:
    """Write the dealer's prices by manufacturer and part number, in the format that `import_csv` reads."""
    sheet = write_header(file, COLUMNS, marked=marked)
    query = (
        select(Manufacturer.catalog, Manufacturer.name, MinimumPrice.part_number, MinimumPrice.cents)
        .join(Manufacturer, Manufacturer.id == MinimumPrice.manufacturer_id)
        .where(MinimumPrice.dealer_id == dealer.id)
        .order_by(Manufacturer.catalog, Manufacturer.name, MinimumPrice.key)
    )
    for *names, cents in db.session.execute(query):
        sheet.writerow([*map(defuse, names), decimal_text(cents)])


def import_csv(dealer: Dealer, file: BinaryIO, by: User | None = None) -> Outcome:
    """Set the prices of a file, and remove those of rows without a price; commits, and has that take effect.

    Raises FileRefused with every invalid line; then nothing is changed.
    """
    problems: list[tuple[int, str]] = []
    prices = _prices(dealer, read_whole(file, LIMITS, COLUMNS).rows, problems)
    if problems:
        raise FileRefused(sorted(problems))
    changed = _changed(dealer, prices)
    if not changed:
        return Outcome(0, 0, None)
    _write(dealer, changed)
    saved = sum(price.cents is not None for price in changed)
    counts = {"prices set": saved, "prices removed": len(changed) - saved}
    subject = "Minimum advertised prices"
    audit.note("minimum_prices.imported", subject, dealer_id=dealer.id, after=counts, by=by)
    changed_rules.raise_versions(dealer.id, {price.manufacturer_id for price in changed})
    return Outcome(saved, len(changed) - saved, changed_rules.take_effect(dealer, by))


def _prices(dealer: Dealer, rows: list[Row], problems: list[tuple[int, str]]) -> list[_Price]:
    names = {key_of(row.cells[1]) for row in rows if not row.reason}
    makers = manufacturers(dealer, names)
    found: dict[tuple[int, str], _Price] = {}
    first_lines: dict[tuple[int, str], int] = {}
    for row in rows:
        if reason := row.reason or _fault(row):
            problems.append((row.line, reason))
            continue
        catalog, name, number, price = map(cleaned, row.cells)
        listed = makers.get((catalog.casefold(), key_of(name)), [])
        if len(listed) != 1:
            problems.append((row.line, f"manufacturer: no manufacturer {name} in this catalog"))
            continue
        place = listed[0].id, key_of(number)
        first = first_lines.setdefault(place, row.line)
        if first != row.line:
            problems.append((row.line, f"part_number: {number} is already on line {first}"))
        found[place] = _Price(*place, number, cents_in(price) if price else None)
    return list(found.values())


def _fault(row: Row) -> str:
    """Return what is wrong with a row by itself; empty if nothing is."""
    catalog, name, number, price = map(cleaned, row.cells)
    if catalog.casefold() not in CATALOGS:
        return f"catalog must be one of {', '.join(CATALOGS)}"
    if not name:
        return "manufacturer is missing"
    if not number:
        return "part_number is missing"
    if reason := damage_reason(number):
        return f"part_number: {reason}"
    if len(number) > MAX_PART_NUMBER:
        return f"part_number has more than {MAX_PART_NUMBER} characters"
    try:
        return "minimum_price must be above zero" if price and not cents_in(price) else ""
    except ValueError as error:
        return f"minimum_price {error}"


def _changed(dealer: Dealer, prices: list[_Price]) -> list[_Price]:
    """Return the prices that differ from the stored ones."""
    wanted = {price.manufacturer_id for price in prices}
    of_makers = MinimumPrice.dealer_id == dealer.id, MinimumPrice.manufacturer_id.in_(wanted)
    query = select(MinimumPrice.manufacturer_id, MinimumPrice.key, MinimumPrice.cents).where(*of_makers)
    before = {(row[0], row[1]): row[2] for row in db.session.execute(query)}
    return [price for price in prices if before.get((price.manufacturer_id, price.key)) != price.cents]


def _write(dealer: Dealer, prices: list[_Price]) -> None:
    place = tuple_(MinimumPrice.manufacturer_id, MinimumPrice.key)
    for first in range(0, len(prices), _BATCH):
        batch = prices[first : first + _BATCH]
        places = [(price.manufacturer_id, price.key) for price in batch]
        db.session.execute(delete(MinimumPrice).where(MinimumPrice.dealer_id == dealer.id, place.in_(places)))
        rows: list[dict[str, Any]] = [
            {"dealer_id": dealer.id, **price._asdict()} for price in batch if price.cents is not None
        ]
        if rows:
            db.session.execute(insert_new(MinimumPrice), rows)
