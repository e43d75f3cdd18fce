"""CSV import and export of a dealer's aliases, all or nothing (R22)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from hashlib import blake2b
from typing import IO, BinaryIO, Final, NamedTuple

from sqlalchemy import or_, select

from webapp.core.enums import ALIAS_KINDS, CATALOGS
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
from webapp.matching import aliases
from webapp.matching.aliases import NewAlias, Outcome, PlannedAlias
from webapp.models import Alias, Dealer, Manufacturer, PartNumber, User
from webapp.pulls.entries import MAX_PART_NUMBER

COLUMNS: Final = ("catalog", "manufacturer", "part_number", "catalog_part_number")
OPTIONAL_COLUMNS: Final = ("kind",)
# Keys of one query.
_BATCH: Final = 500


LIMITS: Final = FileLimits(megabytes=2, rows=20_000, items="part numbers")


@dataclass(frozen=True)
class Plan:
    """What an import changes; `unchanged` counts aliases that are as the file says.

    `problems` are pairs of a line number and the reason, in order; with any, nothing is imported. `unknown`
    counts those among them whose number is not in the catalog.
    """

    planned: list[PlannedAlias]
    unchanged: int
    problems: list[tuple[int, str]]
    unknown: int

    @property
    def replaced(self) -> int:
        return sum(before is not None for _, before in self.planned)

    @property
    def added(self) -> int:
        return len(self.planned) - self.replaced

    @property
    def digest(self) -> str:
        """Return a digest of what a preview showed."""
        shown = [(*alias, before.target_number if before else None) for alias, before in self.planned]
        text = repr((shown, self.unchanged, self.problems))
        return blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()


class _Line(NamedTuple):
    line: int
    catalog: str
    manufacturer: str
    part_number: str
    target: str
    kind: str


def export_csv(dealer: Dealer, file: IO[str], *, marked: bool = True) -> None:
    """Write the dealer's aliases by manufacturer and part number, in the format that `import_csv` reads."""
    sheet = write_header(file, (*COLUMNS, *OPTIONAL_COLUMNS), marked=marked)
    query = (
        select(Manufacturer.catalog, Manufacturer.name, Alias.part_number, Alias.target_number, Alias.kind)
        .join(Manufacturer, Manufacturer.id == Alias.manufacturer_id)
        .where(Alias.dealer_id == dealer.id)
        .order_by(Manufacturer.catalog, Manufacturer.name, Alias.key)
    )
    sheet.writerows([defuse(cell) for cell in row] for row in db.session.execute(query))


def plan_csv(dealer: Dealer, file: BinaryIO) -> Plan:
    """Return what an import of the file changes, and which of its lines it refuses. Changes nothing.

    Raises FileRefused if the file cannot be read, or is too large.
    """
    problems: list[tuple[int, str]] = []
    lines = _lines(file, problems)
    new, unknown = _new_aliases(dealer, lines, problems)
    planned = aliases.plan(dealer, new)
    return Plan(planned, len(new) - len(planned), sorted(problems), unknown)


def import_csv(dealer: Dealer, file: BinaryIO, by: User | None = None) -> tuple[Plan, Outcome]:
    """Add the aliases of a file, replacing those of the same part numbers; all or nothing.

    Raises FileRefused with every invalid line; then nothing is changed.
    """
    plan = plan_csv(dealer, file)
    return plan, import_plan(dealer, plan, by)


def import_plan(dealer: Dealer, plan: Plan, by: User | None = None) -> Outcome:
    """Add the aliases of a plan. Raises FileRefused if it has invalid lines; then nothing is changed."""
    if plan.problems:
        raise FileRefused(plan.problems)
    return aliases.add(dealer, [alias for alias, _ in plan.planned], by, action="aliases.imported")


def _lines(file: BinaryIO, problems: list[tuple[int, str]]) -> list[_Line]:
    lines = []
    for row in read_whole(file, LIMITS, COLUMNS, OPTIONAL_COLUMNS).rows:
        reason = row.reason or _fault(row)
        if reason:
            problems.append((row.line, reason))
        else:
            lines.append(_Line(row.line, *_cells(row)))
    return lines


def _cells(row: Row) -> list[str]:
    catalog, manufacturer, number, target, *kind = map(cleaned, row.cells)
    return [
        catalog.casefold(),
        manufacturer,
        number,
        target,
        (kind[0] if kind else "").casefold() or "manual",
    ]


def _fault(row: Row) -> str:
    """Return what is wrong with a row by itself; empty if nothing is."""
    catalog, _, number, target, kind = _cells(row)
    for name, text in zip(COLUMNS, row.cells, strict=False):
        if not cleaned(text):
            return f"{name} is missing"
        if name.endswith("part_number") and (reason := damage_reason(cleaned(text))):
            return f"{name}: {reason}"
    if catalog not in CATALOGS:
        return f"catalog must be one of {', '.join(CATALOGS)}"
    if len(number) > MAX_PART_NUMBER or len(target) > MAX_PART_NUMBER:
        return f"a part number has more than {MAX_PART_NUMBER} characters"
    return "" if kind in ALIAS_KINDS else f"kind must be one of {', '.join(ALIAS_KINDS)}"


def _new_aliases(
    dealer: Dealer, lines: list[_Line], problems: list[tuple[int, str]]
) -> tuple[list[NewAlias], int]:
    """Return the aliases of lines, and the number of lines whose number is not in the catalog."""
    makers = manufacturers(dealer, {key_of(line.manufacturer) for line in lines})
    numbers = _numbers({maker.id for found in makers.values() for maker in found}, lines)
    new: dict[tuple[int, str], NewAlias] = {}
    first_lines: dict[tuple[int, str], int] = {}
    unknown = 0
    for line in lines:
        found = makers.get((line.catalog, key_of(line.manufacturer)), [])
        if len(found) != 1:
            problems.append((line.line, f"manufacturer: no manufacturer {line.manufacturer} in this catalog"))
            continue
        place = found[0].id, key_of(line.part_number)
        target = numbers.get((place[0], key_of(line.target)))
        first = first_lines.setdefault(place, line.line)
        if first != line.line:
            problems.append((line.line, f"part_number: {line.part_number} is already on line {first}"))
        elif place in numbers:
            problems.append((line.line, f"part_number: {found[0].name} has {line.part_number} itself"))
        elif target is None:
            unknown += 1
            problems.append(
                (line.line, f"catalog_part_number: {found[0].name} has no part number {line.target}")
            )
        else:
            new[place] = NewAlias(place[0], line.part_number, target[0], target[1], line.kind)
    return list(new.values()), unknown


def manufacturers(dealer: Dealer, names: set[str]) -> dict[tuple[str, str], list[Manufacturer]]:
    """Return the manufacturers that the dealer may use, by catalog and name or abbreviation."""
    found: dict[tuple[str, str], list[Manufacturer]] = defaultdict(list)
    listed = sorted(names)
    for first in range(0, len(listed), _BATCH):
        some = listed[first : first + _BATCH]
        is_named = or_(Manufacturer.name_key.in_(some), Manufacturer.abbreviation_key.in_(some))
        query = select(Manufacturer).where(is_named, Manufacturer.owner_key.in_((0, dealer.id)))
        for maker in db.session.scalars(query):
            for key in {maker.name_key, maker.abbreviation_key} - {None}:
                if maker not in found[maker.catalog, key or ""]:
                    found[maker.catalog, key or ""].append(maker)
    return found


def _numbers(manufacturer_ids: set[int], lines: list[_Line]) -> dict[tuple[int, str], tuple[int, str]]:
    """Return the product and spelling of each part number that a manufacturer sells, of those in the file."""
    keys = sorted({key_of(number) for line in lines for number in (line.part_number, line.target)})
    found: dict[tuple[int, str], tuple[int, str]] = {}
    for first in range(0, len(keys), _BATCH):
        query = select(
            PartNumber.manufacturer_id, PartNumber.key, PartNumber.product_id, PartNumber.part_number
        ).where(
            PartNumber.manufacturer_id.in_(manufacturer_ids), PartNumber.key.in_(keys[first : first + _BATCH])
        )
        found |= {(row[0], row[1]): (row[2], row[3]) for row in db.session.execute(query)}
    return found
