"""A dealer's supplier codes as the dialog shows them: with what the last run made of each, and what follows
from a code that is used twice or a manufacturer that several codes share (R4, R13, R14, R16)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from webapp import supplier_codes
from webapp.models import Dealer, RunItem, SupplierCode
from webapp.presenters.run_results import latest_results


@dataclass(frozen=True)
class SupplierCodeList:
    """`results` are the latest run items by code key; a code that was not fetched lately has none."""

    rows: list[SupplierCode]
    results: dict[str, RunItem]
    notes: list[str]

    @classmethod
    def of(cls, dealer: Dealer) -> SupplierCodeList:
        """The dealer's list as it is now."""
        rows = supplier_codes.listed(dealer)
        results = latest_results(dealer.id) if rows else {}
        return cls(rows, results, [*_shared_manufacturers(rows), *_shared_codes(rows)])


def _shared_manufacturers(rows: list[SupplierCode]) -> Iterable[str]:
    codes = defaultdict(list)
    for row in rows:
        codes[row.manufacturer_id, row.manufacturer.name].append(row.code)
    for (_, name), sharing in codes.items():
        if len(sharing) > 1:
            yield (
                f"Quantities of {listing(sharing)} add up for {name} products; where more than one of them "
                f"has a product in stock, {sharing[0]}, the first in this list, gives its price. "
                "Clearing previous quantities for one never clears what the other reported."
            )


def _shared_codes(rows: list[SupplierCode]) -> Iterable[str]:
    mapped = defaultdict(list)
    for row in rows:
        mapped[row.code_key].append(row)
    for mappings in mapped.values():
        if len(mappings) > 1:
            names = listing([row.manufacturer.name for row in mappings])
            yield (
                f"{mappings[0].code} is mapped to {names}. It is fetched once, and its parts are looked for "
                "in each of them, in this order; a part counts only once for a product."
            )


def listing(words: list[str]) -> str:
    """`HO`, `HO and HP`, `HO, HP and HQ`."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last
