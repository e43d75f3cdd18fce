"""Form for several new supplier codes, saved together (R4)."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from webapp.supplier_codes import Fields, RowsRefused
from webapp.supplier_codes.forms import SupplierCodeForm

MOST_ROWS = 50


class NewSupplierCodes:
    """Rows of the form. The first has the plain field names, the others a prefix: `row1-`, `row2-`, …"""

    def __init__(self, rows: list[SupplierCodeForm]) -> None:
        self.rows = rows

    @classmethod
    def empty(cls, catalog: str, manufacturer: str = "") -> NewSupplierCodes:
        """Return one empty row."""
        return cls([SupplierCodeForm(formdata=None, data={"catalog": catalog, "manufacturer": manufacturer})])

    @classmethod
    def sent(cls, fields: MultiDict[str, str]) -> NewSupplierCodes:
        """Parse the submitted rows; there is always a first."""
        sent = (number for number in range(1, MOST_ROWS) if f"{prefix_of(number)}supplier_code" in fields)
        return cls([SupplierCodeForm(prefix=prefix_of(number)) for number in (0, *sent)])

    @property
    def filled(self) -> list[SupplierCodeForm]:
        """Return the rows to save: empty ones don't count, unless all are empty."""
        return [row for row in self.rows if not row.is_blank] or self.rows[:1]

    @property
    def has_room(self) -> bool:
        """Return whether another row can be added."""
        return len(self.rows) < MOST_ROWS

    def validate(self) -> bool:
        """Validate every row to save; errors are set on the rows' fields."""
        # No short circuit: the errors of all rows are shown at once.
        return [row.validate() for row in self.filled].count(False) == 0

    def values(self) -> list[Fields]:
        """Return the rows to save as the verb takes them."""
        return [row.values() for row in self.filled]

    def blame(self, refused: RowsRefused) -> None:
        """Show the verb's errors at their rows."""
        for place, refusal in refused.refusals.items():
            self.filled[place].blame(refusal.field, str(refusal))

    def add_row(self) -> None:
        """Add an empty row with the catalog of the last one."""
        if self.has_room:
            data = {"catalog": self.rows[-1].catalog.data}
            prefix = prefix_of(len(self.rows))
            self.rows.append(SupplierCodeForm(formdata=None, prefix=prefix, data=data))


def prefix_of(number: int) -> str:
    """Return the prefix of a row's field names."""
    return f"row{number}-" if number else ""
