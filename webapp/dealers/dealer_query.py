"""Query of the staff's table: one page of dealers with their causes, and how many dealers have which."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, case, func, literal, null, select, union_all

from webapp.core.run_states import RunState
from webapp.dealers import causes
from webapp.dealers.dealer_filter import DealerFilter
from webapp.dealers.dealer_status import dealer_statuses
from webapp.extensions import db

_KEPT: Final = (
    *("id", "name", "last_id", "last_status", "succeeded_at", "unmatched", "online"),
    *("enabled", "check_state"),
)
# The most urgent first; a dealer without any sorts last.
_CONNECTIONS: Final = ("refused", "unchecked", "checking", "connected")
_STATUSES: Final = (
    RunState.FAILED,
    RunState.PARTIAL,
    RunState.CANCELLED,
    RunState.SKIPPED,
    RunState.RUNNING,
    RunState.QUEUED,
    RunState.SUCCEEDED,
)


class DealerRecord(NamedTuple):
    """One dealer: its last run, last success, shares unmatched and online (0 to 1), and causes
    (`causes.BITS`)."""

    id: int
    last_id: int | None
    succeeded_at: datetime | None
    unmatched: float | None
    online: float | None
    mask: int


@dataclass(frozen=True)
class DealerRecords:
    """Dealers in order, and the number of dealers for each combination of causes, whatever the filter's."""

    rows: list[DealerRecord]
    counts: Counter[int] = field(default_factory=Counter)

    def count(self, mask: int) -> int:
        """Return how many dealers have any cause of the mask."""
        return sum(number for found, number in self.counts.items() if found & mask)


def records(choice: DealerFilter, first: int = 1, last: int | None = None) -> DealerRecords:
    """Return the filtered dealers from place `first` to `last`, in one query."""
    found = DealerRecords([])
    for place, *values, mask, number in db.session.execute(_statement(choice, first, last)):
        mask = causes.without_fine(mask)
        if place is None:
            found.counts[mask] += number
        else:
            dealer_id, last_id, succeeded_at, unmatched, online = values
            found.rows.append(DealerRecord(dealer_id, last_id, succeeded_at, unmatched, online, mask))
    return found


# Building it takes as long as rendering a third of the page.
@lru_cache(maxsize=128)
def _statement(choice: DealerFilter, first: int, last: int | None) -> Select[Any]:
    """Sort all matching dealers, since few are shown; their counts are further rows, without a place."""
    status = dealer_statuses(*choice.conditions())
    kept = (status.c[name] for name in _KEPT)
    masked = select(*kept, causes.mask_of(status.c).label("mask"))
    ranked = masked.cte("ranked").prefix_with("MATERIALIZED").c
    order = [*_order(choice.sort, ranked), ranked.name, ranked.id]
    columns = ranked.id, ranked.last_id, ranked.succeeded_at, ranked.unmatched, ranked.online
    place = func.row_number().over(order_by=order).label("place")
    wanted = select(place, *columns, ranked.mask, literal(0).label("number"))
    if choice.cause:
        wanted = wanted.where(causes.matches(ranked.mask, choice.mask))
    rows = wanted.subquery("wanted")
    shown = select(rows).where(rows.c.place >= first)
    if last is not None:
        shown = shown.where(rows.c.place <= last)
    nothing = [null().label(column.name) for column in (place, *columns)]
    counts = select(*nothing, ranked.mask, func.count()).group_by(ranked.mask)
    both = union_all(shown, counts).subquery("both")
    return select(both).order_by(both.c.place)


def _order(sort: str, row: Any) -> list[Any]:
    if sort == "attention":
        # The lowest set bit is the most severe cause.
        return [row.mask.bitwise_and(-row.mask), row.succeeded_at.asc().nulls_first()]
    column = {
        "name": row.name,
        "success": row.succeeded_at,
        "status": case({word: place for place, word in enumerate(_STATUSES)}, value=row.last_status),
        "unmatched": row.unmatched,
        "online": row.online,
        "connection": case(
            {word: place for place, word in enumerate(_CONNECTIONS)},
            value=case((row.enabled, row.check_state)),
        ),
    }[sort.removeprefix("-")]
    if sort.startswith("-"):
        return [column.desc().nulls_last()]
    # No success sorts before any success; without a run there is no value to compare.
    return [column.asc().nulls_first() if sort == "success" else column.asc().nulls_last()]
