"""CSV import and export of supplier codes: planned first and then applied, so that a bad file changes nothing
(R4)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import IO, BinaryIO, Final

from webapp.core.errors import FieldRefused
from webapp.core.spreadsheet import (
    FileLimits,
    FileRefused,
    Row,
    damage_reason,
    defuse,
    is_error,
    read_whole,
    write_header,
)
from webapp.core.text_keys import cleaned
from webapp.models import Dealer, SupplierCode
from webapp.supplier_codes import audit_entries, changes, code_figures, stored_rows
from webapp.supplier_codes.checks import Checked, Fields, Find, check, find_manufacturer
from webapp.supplier_codes.lists import listed

COLUMNS = ("catalog", "supplier_code", "manufacturer", "lead_time_days", "pricing")
# Ten times the longest list in use. Each row is validated and written while the user waits.
LIMITS: Final = FileLimits(megabytes=2, rows=10_000, items="supplier codes")


@dataclass(frozen=True)
class ImportResult:
    """Numbers of supplier codes that a file adds, updates, and leaves unchanged."""

    added: int
    updated: int
    unchanged: int


class ListChanged(ValueError):
    """The list has changed since the import was previewed."""


@dataclass(frozen=True)
class Plan:
    """Plan of an import: rows to add, rows to update, and the number of unchanged rows."""

    added: list[Checked]
    updated: list[tuple[SupplierCode, Checked]]
    unchanged: int

    @property
    def result(self) -> ImportResult:
        return ImportResult(len(self.added), len(self.updated), self.unchanged)


def export_csv(dealer: Dealer, file: IO[str], *, marked: bool = True) -> None:
    """Write the dealer's supplier codes in list order, in the format that `import_csv` reads."""
    rows = write_header(file, COLUMNS, marked=marked)
    for row in listed(dealer):
        name = row.manufacturer.name
        rows.writerow(
            (row.manufacturer.catalog, defuse(row.code), defuse(name), row.lead_time_days, row.pricing)
        )


def preview_csv(dealer: Dealer, file: BinaryIO) -> ImportResult:
    """Return the result that `import_csv` would have; raises FileRefused likewise. Changes nothing."""
    return plan_csv(dealer, file).result


def import_csv(dealer: Dealer, file: BinaryIO, expected: ImportResult | None = None) -> ImportResult:
    """Add and update the supplier codes of a file, all or nothing; new ones keep the file's order.

    Raises FileRefused with every invalid line, and ListChanged if the result would differ from `expected`;
    then nothing is changed.
    """
    with changes.changing(dealer.id):
        plan = plan_csv(dealer, file)
        if expected not in (None, plan.result):
            raise ListChanged
        before = {audit_entries.name_of(row): audit_entries.summary_of(row) for row, _ in plan.updated}
        for row, checked in plan.updated:
            stored_rows.overwrite(row, checked)
        after = {audit_entries.name_of(row): audit_entries.summary_of(row) for row, _ in plan.updated}
        added = stored_rows.insert_many(dealer, plan.added, stored_rows.next_position(dealer))
        after |= {audit_entries.name_of(row): audit_entries.summary_of(row) for row in added}
        code_figures.refresh_many(dealer.id, [checked.key for checked in plan.added])
        audit_entries.imported(dealer, before, after)
    return plan.result


def plan_csv(dealer: Dealer, file: BinaryIO) -> Plan:
    """Plan an import row by row; raises FileRefused as `import_csv` does. Changes nothing."""
    checked_rows = _checked_rows(dealer, file)
    present = {(row.code_key, row.manufacturer_id): row for row in listed(dealer)}
    added, updated = [], []
    for checked in checked_rows:
        row = present.get(checked.key)
        if row is None:
            added.append(checked)
        elif _differs(row, checked):
            updated.append((row, checked))
    return Plan(added, updated, len(checked_rows) - len(added) - len(updated))


def _differs(row: SupplierCode, checked: Checked) -> bool:
    stored = (row.code, row.lead_time_days, row.pricing)
    code = stored_rows.spelling_of(row, checked)
    return stored != (code, checked.lead_time_days, checked.pricing)


def _checked_rows(dealer: Dealer, file: BinaryIO) -> list[Checked]:
    first_lines: dict[tuple[str, int], int] = {}
    checked_rows = []
    problems = []
    # A list has few manufacturers, but may have many codes.
    find = cache(find_manufacturer)
    for row in read_whole(file, LIMITS, COLUMNS).rows:
        try:
            checked = _checked(dealer, row, find)
        except FieldRefused as refusal:
            problems.append((row.line, str(refusal)))
            continue
        first = first_lines.setdefault(checked.key, row.line)
        if first != row.line:
            reason = f"{checked.code} is already mapped to {checked.manufacturer.name} on line {first}"
            problems.append((row.line, reason))
        checked_rows.append(checked)
    if problems:
        raise FileRefused(problems)
    return checked_rows


def _checked(dealer: Dealer, row: Row, find: Find) -> Checked:
    if row.reason:
        raise FieldRefused("catalog", row.reason)
    fields = Fields(*map(cleaned, row.cells))
    if reason := damage_reason(fields.supplier_code):
        raise FieldRefused("supplier_code", f"supplier_code: {reason}")
    for column, text in zip(COLUMNS, row.cells, strict=True):
        if is_error(text):
            raise FieldRefused(column, f"{column}: {damage_reason(text)}")
    return check(dealer, fields, find)
