"""Reasons why a pull is held as a whole, and how a dealer reads them (R27). Pure."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from webapp.core.money import dollars

PRICES: Final = "prices"
QUANTITIES: Final = "quantities"
STRANGERS: Final = "strangers"

_SAID: Final = {
    PRICES: "{parts:,} of {of:,} prices moved by more than half",
    QUANTITIES: "{parts:,} of {of:,} quantities changed tenfold or more",
    STRANGERS: "{parts:,} of {of:,} part numbers are new, as if from another store",
}


class BulkChange(NamedTuple):
    """A kind of change that concerns `parts` of `of` parts, with an example.

    `before` and `after` are the example's prices in cents, or its quantities; 0 of a new part number.
    """

    kind: str
    parts: int
    of: int
    example: str
    before: int = 0
    after: int = 0

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> BulkChange:
        """Return what `row` has stored."""
        return cls(**row)

    @property
    def sentence(self) -> str:
        """Say it to a dealer: "412 of 430 prices moved by more than half — for example …"."""
        return f"{_SAID[self.kind].format(parts=self.parts, of=self.of)} — for example {self._shown}."

    @property
    def _shown(self) -> str:
        if self.kind == STRANGERS:
            return self.example
        shown = dollars if self.kind == PRICES else "{:,}".format
        return f"{self.example} {shown(self.before)} → {shown(self.after)}"
