"""Adds several supplier codes at once; all or nothing (R4)."""

from __future__ import annotations

from webapp.core.errors import FieldRefused, Refused
from webapp.models import Dealer, SupplierCode
from webapp.supplier_codes import audit_entries, changes, code_figures, stored_rows
from webapp.supplier_codes.checks import Checked, Fields, already_there, check, existing


class RowsRefused(Refused):
    """Some rows are invalid, so none was added; `refusals` are keyed by the index of the row, from 0."""

    def __init__(self, refusals: dict[int, FieldRefused]) -> None:
        super().__init__("; ".join(f"row {place + 1}: {said}" for place, said in refusals.items()))
        self.refusals = refusals


def add_all(dealer: Dealer, rows: list[Fields]) -> list[SupplierCode]:
    """Add supplier codes at the end of the dealer's list, in order and in one transaction.

    Raises RowsRefused with every invalid row; then nothing is added.
    """
    with changes.changing(dealer.id):
        checked_rows = _checked(dealer, rows)
        start = stored_rows.next_position(dealer)
        added = [stored_rows.insert(dealer, each, place) for place, each in enumerate(checked_rows, start)]
        for checked in checked_rows:
            code_figures.refresh(dealer.id, checked.key)
        for row in added:
            audit_entries.added(row)
    return added


def check_all(dealer: Dealer, rows: list[Fields]) -> list[Checked]:
    """Validate rows as `add_all` does, and add nothing. Raises RowsRefused with every invalid row."""
    return _checked(dealer, rows)


def _checked(dealer: Dealer, rows: list[Fields]) -> list[Checked]:
    checked_rows: dict[tuple[str, int], Checked] = {}
    refusals = {}
    for place, fields in enumerate(rows):
        try:
            checked = check(dealer, fields)
        except FieldRefused as refusal:
            refusals[place] = refusal
            continue
        if checked.key in checked_rows or existing(dealer, checked.key):
            refusals[place] = already_there(checked)
        checked_rows[checked.key] = checked
    if refusals:
        raise RowsRefused(refusals)
    return list(checked_rows.values())
