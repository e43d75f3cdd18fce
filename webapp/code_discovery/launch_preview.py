"""Preview of a new dealer's webstore: what the reviewed codes will put on it, computed from the scan."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from webapp.code_discovery import setup
from webapp.code_discovery.unmapped_codes import cents_of, quantity_column_of, units_of, whole_dollars
from webapp.extensions import db
from webapp.models import CodeSuggestion, Dealer, FoundCode


@dataclass(frozen=True)
class PreviewedCode:
    """A code with its chosen manufacturer, and the stock that a run would sync."""

    row: FoundCode
    match: CodeSuggestion
    quantity_column: str

    @property
    def parts(self) -> int:
        on_hand = self.quantity_column == "on_hand"
        return self.match.on_hand_parts if on_hand else self.match.available_parts

    @property
    def units(self) -> int:
        return units_of(self.match, self.quantity_column)

    @property
    def cents(self) -> int:
        return cents_of(self.match, self.quantity_column)

    @property
    def dollars(self) -> str:
        return whole_dollars(self.cents)

    @property
    def unmatched(self) -> int:
        """Return how many part numbers the manufacturer does not have."""
        return self.row.parts - self.match.matched


@dataclass(frozen=True)
class LaunchPreview:
    """The reviewed codes, the most valuable first, and what stays offline."""

    codes: list[PreviewedCode]
    quantity_column: str
    left_out: int

    @classmethod
    def of(cls, dealer: Dealer) -> LaunchPreview:
        """Return the preview of a dealer whose codes were reviewed."""
        chosen, column = setup.chosen_manufacturers(dealer.id), quantity_column_of(dealer.id)
        found = FoundCode.dealer_id == dealer.id, FoundCode.parts > 0
        rows = {row.code_key: row for row in db.session.scalars(select(FoundCode).where(*found))}
        query = select(CodeSuggestion).where(CodeSuggestion.dealer_id == dealer.id)
        codes = [
            PreviewedCode(rows[match.code_key], match, column)
            for match in db.session.scalars(query)
            if chosen.get(match.code_key) == match.manufacturer_id
        ]
        codes.sort(key=lambda each: (-each.cents, each.row.code_key))
        return cls(codes, column, len(rows) - len(codes))

    @property
    def parts(self) -> int:
        return sum(each.parts for each in self.codes)

    @property
    def units(self) -> int:
        return sum(each.units for each in self.codes)

    @property
    def dollars(self) -> str:
        return whole_dollars(sum(each.cents for each in self.codes))

    @property
    def unmatched(self) -> int:
        """Return how many parts of these codes are in no catalog of their manufacturer."""
        return sum(each.unmatched for each in self.codes)

    @property
    def stale(self) -> int:
        """Return how many parts of these codes a run skips, as they did not change for a year (R10)."""
        return sum(each.row.stale_parts for each in self.codes)
