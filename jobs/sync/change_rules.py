"""Rule: which pulls are unlike the stored one in bulk, and are held as a whole (R27).

Pure functions: no Flask, SQL, HTTP, Redis or clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from webapp.core.bulk_changes import PRICES, QUANTITIES, STRANGERS, BulkChange

_TENFOLD: Final = 10


@dataclass
class Counts:
    """Usable parts of a pull and of the stored one, compared.

    `received` and `stored` are all of each, and `strangers` those received whose part number the stored pull
    does not have. Of `common`, both have the part; `priced` of them have a price that counts in both.
    `examples` has one part for each kind of change, with its price in cents or its quantity before and after.
    """

    received: int = 0
    stored: int = 0
    strangers: int = 0
    common: int = 0
    tenfold: int = 0
    priced: int = 0
    moved: int = 0
    examples: dict[str, tuple[str, int, int]] = field(default_factory=dict)


def is_moved(before: int, after: int) -> bool:
    """Return whether a price moved by more than half of what it was, up or down."""
    return 2 * abs(after - before) > before


def is_tenfold(before: int, after: int) -> bool:
    """Return whether a quantity, more than 0, is at least ten times the other one."""
    return max(before, after) >= _TENFOLD * min(before, after)


def bulk_changes(counts: Counts, share: float, minimum: int) -> list[BulkChange]:
    """Return the reasons to hold a pull: what concerns over `share` of at least `minimum` parts.

    None is if either is 0.
    """
    return list(_found(counts, share, minimum)) if share and minimum else []


def _found(counts: Counts, share: float, minimum: int) -> Iterator[BulkChange]:
    others = counts.received if counts.stored >= minimum else 0
    for kind, parts, of in (
        (PRICES, counts.moved, counts.priced),
        (QUANTITIES, counts.tenfold, counts.common),
        (STRANGERS, counts.strangers, others),
    ):
        if of >= minimum and parts > of * share:
            yield BulkChange(kind, parts, of, *counts.examples[kind])
