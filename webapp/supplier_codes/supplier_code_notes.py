"""Notes about codes that share a manufacturer, and codes with several manufacturers (R13, R14, R16)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import func, select

from webapp.extensions import db
from webapp.models import Manufacturer, SupplierCode

# A manufacturer may have thousands of codes: only so many are named.
MOST_NAMED: Final = 5


def notes(dealer_id: int, rows: list[SupplierCode]) -> list[str]:
    """Return notes about codes and manufacturers that these rows share with others of the dealer's list."""
    return [*_shared_manufacturers(dealer_id, rows), *_shared_codes(dealer_id, rows)]


def _shared_manufacturers(dealer_id: int, rows: list[SupplierCode]) -> Iterable[str]:
    names = {row.manufacturer_id: row.manufacturer.name for row in rows}
    shared = _sharing(dealer_id, SupplierCode.manufacturer_id, set(names), SupplierCode.code)
    for number, name in names.items():
        if number in shared:
            codes, more = shared[number]
            yield (
                f"{listing(codes, more)} share {name}. Their quantities add up. If several have a product "
                f"in stock, {codes[0]} sets the price because it is first in this list. Clearing one code "
                "never clears stock from another."
            )


def _shared_codes(dealer_id: int, rows: list[SupplierCode]) -> Iterable[str]:
    codes = {row.code_key: row.code for row in reversed(rows)}
    shared = _sharing(dealer_id, SupplierCode.code_key, set(codes), Manufacturer.name)
    for key in dict.fromkeys(row.code_key for row in rows):
        if key in shared:
            names, more = shared[key]
            yield (
                f"{codes[key]} is mapped to {listing(names, more)}. Each part is looked up in that order and "
                "counts once per product."
            )


def _sharing(dealer_id: int, shared: Any, values: set[Any], named: Any) -> dict[Any, tuple[list[str], int]]:
    """Return shared values, each with the names of its first rows in list order, and how many more."""
    order = SupplierCode.position, SupplierCode.id
    place = func.row_number().over(partition_by=shared, order_by=order).label("place")
    count = func.count().over(partition_by=shared).label("total")
    each = (
        select(shared.label("shared"), named.label("name"), place, count)
        .join(Manufacturer, Manufacturer.id == SupplierCode.manufacturer_id)
        .where(SupplierCode.dealer_id == dealer_id, shared.in_(values))
        .subquery()
    )
    query = select(each).where(each.c.total > 1, each.c.place <= MOST_NAMED)
    names, counts = defaultdict(list), {}
    for row in db.session.execute(query.order_by(each.c.place)):
        names[row.shared].append(row.name)
        counts[row.shared] = row.total
    return {value: (found, counts[value] - len(found)) for value, found in names.items()}


def listing(words: list[str], more: int = 0) -> str:
    """Format as `HO`, `HO and HP`, `HO, HP and HQ`, `HO, HP and 12 more`."""
    *others, last = [*words, f"{more:,} more"] if more else words
    return f"{', '.join(others)} and {last}" if others else last
