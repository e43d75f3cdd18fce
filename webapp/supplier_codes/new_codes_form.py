"""Several new supplier codes before one Save, as rows of one form (R4)."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

from webapp.supplier_codes import Fields, RowsRefused
from webapp.supplier_codes.forms import SupplierCodeForm

MOST_ROWS = 50


class NewSupplierCodes:
    """The rows of the form. The first has the fields' own names, the others a prefix: `row1-`, `row2-`, …"""

    def __init__(self, rows: list[SupplierCodeForm]) -> None:
        self.rows = rows

    @classmethod
    def empty(cls, catalog: str, manufacturer: str = "") -> NewSupplierCodes:
        """One row with nothing typed yet."""
        return cls([SupplierCodeForm(formdata=None, data={"catalog": catalog, "manufacturer": manufacturer})])

    @classmethod
    def sent(cls, fields: MultiDict[str, str]) -> NewSupplierCodes:
        """The rows that were sent; there is always a first."""
        sent = (number for number in range(1, MOST_ROWS) if f"{prefix_of(number)}supplier_code" in fields)
        return cls([SupplierCodeForm(prefix=prefix_of(number)) for number in (0, *sent)])

    @property
    def filled(self) -> list[SupplierCodeForm]:
        """The rows to save: those left empty do not count, unless there is nothing else."""
        return [row for row in self.rows if not row.is_blank] or self.rows[:1]

    @property
    def has_room(self) -> bool:
        """Whether one more row can be added."""
        return len(self.rows) < MOST_ROWS

    def validate(self) -> bool:
        """Whether every row to save is well; errors are at the rows' fields."""
        # Each is validated, also after one that is wrong: all errors are told at once.
        return [row.validate() for row in self.filled].count(False) == 0

    def values(self) -> list[Fields]:
        """The rows to save as the verb takes them."""
        return [row.values() for row in self.filled]

    def blame(self, refused: RowsRefused) -> None:
        """Show the verb's refusals at the rows that they are about."""
        for place, refusal in refused.refusals.items():
            self.filled[place].blame(refusal.field, str(refusal))

    def add_row(self) -> None:
        """One more row, of the catalog of the last."""
        if self.has_room:
            data = {"catalog": self.rows[-1].catalog.data}
            prefix = prefix_of(len(self.rows))
            self.rows.append(SupplierCodeForm(formdata=None, prefix=prefix, data=data))


def prefix_of(number: int) -> str:
    """What the names of a row's fields begin with."""
    return f"row{number}-" if number else ""
