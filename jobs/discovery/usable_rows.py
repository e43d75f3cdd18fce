"""Rows of a scan that count: in stock, and not under a mapped code, whatever the service filtered (R20)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from jobs.sources.source import Part
from jobs.sources.values import cents_of, date_of, quantity_of
from webapp.code_discovery.scanned_parts import MAX_DESCRIPTION, ScannedPart
from webapp.core.limits import MAX_SUPPLIER_CODE_LENGTH
from webapp.core.text_keys import cleaned, key_of
from webapp.pulls.entries import MAX_PART_NUMBER


@dataclass(frozen=True)
class UsableRows:
    """The rows that count for a dealer with these mapped codes; a run skips what changed before `since`."""

    mapped: Collection[str]
    since: date

    def of(self, rows: Iterable[Part]) -> Iterator[ScannedPart]:
        """Yield the rows that count, as they are stored."""
        for row in rows:
            code, number = cleaned(row.supplier_code or ""), (row.part_number or "").strip()
            on_hand, available = _stock(row.on_hand), _stock(row.avail)
            if not on_hand or not number or key_of(code) in self.mapped:
                continue
            if len(code) > MAX_SUPPLIER_CODE_LENGTH or len(number) > MAX_PART_NUMBER:
                continue
            description = cleaned(row.description or "")[:MAX_DESCRIPTION]
            cents = cents_of(row.retail) or 0
            yield ScannedPart(code, number, description, on_hand, available, cents, self._is_stale(row))

    def _is_stale(self, row: Part) -> bool:
        changed = date_of(row.last_updated)
        return changed is None or changed.date() < self.since


def _stock(value: int | float | str | None) -> int:
    return max(0, quantity_of(value) or 0)
