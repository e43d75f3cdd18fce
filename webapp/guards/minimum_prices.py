"""Minimum advertised prices of manufacturers' part numbers: CSV import and export, all or nothing (R27)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
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


class Price(NamedTuple):
    """A price of a file; None removes it."""

    manufacturer_id: int
    key: str
    part_number: str
    cents: int | None


class PlannedPrice(NamedTuple):
    """A price that differs from the stored one; `before` is None if there is none."""

    price: Price
    manufacturer: str
    before: int | None


@dataclass(frozen=True)
class Plan:
    """What an import changes; `unchanged` counts lines that the list agrees with.

    `problems` are pairs of a line number and the reason, in order; with any, nothing is imported.
    """

    planned: Sequence[PlannedPrice]
    unchanged: int
    problems: list[tuple[int, str]]

    @property
    def removed(self) -> int:
        return sum(each.price.cents is None for each in self.planned)

    @property
    def added(self) -> int:
        return sum(each.before is None for each in self.planned)

    @property
    def replaced(self) -> int:
        return len(self.planned) - self.added - self.removed

    @property
    def digest(self) -> str:
        """Return a digest of what a preview showed."""
        text = repr((self.planned, self.unchanged, self.problems))
        return blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()


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


def plan_csv(dealer: Dealer, file: BinaryIO) -> Plan:
    """Return what an import of the file changes, and which of its lines it refuses. Changes nothing.

    Raises FileRefused if the file cannot be read, or is too large.
    """
    problems: list[tuple[int, str]] = []
    names: dict[int, str] = {}
    prices = _prices(dealer, read_whole(file, LIMITS, COLUMNS).rows, problems, names)
    before = _stored(dealer, set(names))
    planned = [
        PlannedPrice(price, names[price.manufacturer_id], before.get(price[:2]))
        for price in prices
        if before.get(price[:2]) != price.cents
    ]
    return Plan(planned, len(prices) - len(planned), sorted(problems))


def import_csv(dealer: Dealer, file: BinaryIO, by: User | None = None) -> Outcome:
    """Set the prices of a file, and remove those of rows without a price; commits, and has that take effect.

    Raises FileRefused with every invalid line; then nothing is changed.
    """
    return import_plan(dealer, plan_csv(dealer, file), by)


def import_plan(dealer: Dealer, plan: Plan, by: User | None = None) -> Outcome:
    """Do what a plan says. Raises FileRefused if it has invalid lines; then nothing is changed."""
    if plan.problems:
        raise FileRefused(plan.problems)
    changed = [each.price for each in plan.planned]
    if not changed:
        return Outcome(0, 0, None)
    _write(dealer, changed)
    saved = sum(price.cents is not None for price in changed)
    counts = {"prices set": saved, "prices removed": len(changed) - saved}
    subject = "Minimum advertised prices"
    audit.note("minimum_prices.imported", subject, dealer_id=dealer.id, after=counts, by=by)
    changed_rules.raise_versions(dealer.id, {price.manufacturer_id for price in changed})
    return Outcome(saved, len(changed) - saved, changed_rules.take_effect(dealer, by))


def _prices(
    dealer: Dealer, rows: list[Row], problems: list[tuple[int, str]], names: dict[int, str]
) -> list[Price]:
    """Return the prices of valid rows; adds the reasons of others, and the manufacturers' names by id."""
    wanted = {key_of(row.cells[1]) for row in rows if not row.reason}
    makers = manufacturers(dealer, wanted)
    found: dict[tuple[int, str], Price] = {}
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
        names[listed[0].id] = listed[0].name
        place = listed[0].id, key_of(number)
        first = first_lines.setdefault(place, row.line)
        if first != row.line:
            problems.append((row.line, f"part_number: {number} is already on line {first}"))
        found[place] = Price(*place, number, cents_in(price) if price else None)
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


def _stored(dealer: Dealer, maker_ids: set[int]) -> dict[tuple[int, str], int]:
    of_makers = MinimumPrice.dealer_id == dealer.id, MinimumPrice.manufacturer_id.in_(maker_ids)
    query = select(MinimumPrice.manufacturer_id, MinimumPrice.key, MinimumPrice.cents).where(*of_makers)
    return {(row[0], row[1]): row[2] for row in db.session.execute(query)}


def _write(dealer: Dealer, prices: list[Price]) -> None:
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
