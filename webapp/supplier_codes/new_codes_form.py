"""Form for new supplier codes: one row of fields, and drafts above the list, all saved together (R4)."""

from __future__ import annotations

from typing import Final

from werkzeug.datastructures import MultiDict

from webapp.supplier_codes import Checked, Fields, RowsRefused
from webapp.supplier_codes.forms import SupplierCodeForm

MOST_ROWS: Final = 50


class NewSupplierCodes:
    """The entry has the plain field names, the drafts a prefix: `row1-`, `row2-`, …"""

    def __init__(self, entry: SupplierCodeForm, drafts: list[SupplierCodeForm] | None = None) -> None:
        self.entry = entry
        self.drafts = drafts or []

    @classmethod
    def empty(cls, catalog: str = "aftermarket", manufacturer: str = "", code: str = "") -> NewSupplierCodes:
        """Return an entry with at most these fields, without drafts."""
        return cls(_form(catalog=catalog, manufacturer=manufacturer, supplier_code=code))

    @classmethod
    def sent(cls, fields: MultiDict[str, str]) -> NewSupplierCodes:
        """Parse the submitted rows."""
        sent = (number for number in range(1, MOST_ROWS) if f"{prefix_of(number)}supplier_code" in fields)
        return cls(SupplierCodeForm(), [SupplierCodeForm(prefix=prefix_of(number)) for number in sent])

    @property
    def rows(self) -> list[SupplierCodeForm]:
        """Return the rows to save, in their order; an empty entry counts only if there is nothing else."""
        is_left_out = self.entry.is_blank and self.drafts
        return self.drafts if is_left_out else [*self.drafts, self.entry]

    @property
    def has_room(self) -> bool:
        """Return whether another row can be added."""
        return len(self.drafts) < MOST_ROWS - 1

    @property
    def faulty(self) -> list[SupplierCodeForm]:
        """Return the rows with errors."""
        return [row for row in (*self.drafts, self.entry) if row.errors]

    @property
    def is_unsaved(self) -> bool:
        """Return whether leaving the page would lose something."""
        return bool(self.drafts or self.faulty)

    def validate(self) -> bool:
        """Validate every row to save; errors are set on the rows' fields."""
        # No short circuit: the errors of all rows are shown at once.
        return [row.validate() for row in self.rows].count(False) == 0

    def values(self) -> list[Fields]:
        """Return the rows to save as the verb takes them."""
        return [row.values() for row in self.rows]

    def blame(self, refused: RowsRefused) -> None:
        """Show the verb's errors at their rows."""
        rows = self.rows
        for place, refusal in refused.refusals.items():
            rows[place].blame(refusal.field, str(refusal))

    def keep(self, checked: Checked) -> None:
        """Turn the entry into a draft as it would be stored, and empty it for the next."""
        self.drafts.append(
            _form(
                catalog=checked.manufacturer.catalog,
                supplier_code=checked.code,
                manufacturer=checked.manufacturer.name,
                lead_time_days=str(checked.lead_time_days),
                pricing=checked.pricing,
            )
        )
        self.entry = _form(catalog=checked.manufacturer.catalog, pricing=checked.pricing)

    def take_back(self, place: int) -> None:
        """Remove a draft, counted from 1; ignores one that is not there."""
        if 1 <= place <= len(self.drafts):
            del self.drafts[place - 1]


def _form(**values: str) -> SupplierCodeForm:
    return SupplierCodeForm(formdata=None, data=values)


def prefix_of(number: int) -> str:
    """Return the prefix of a row's field names."""
    return f"row{number}-" if number else ""
