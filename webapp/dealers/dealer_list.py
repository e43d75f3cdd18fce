"""Dealer list for staff: filtered, sorted, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from webapp import alerts
from webapp.dealers import causes
from webapp.dealers.dealer_filter import DealerFilter
from webapp.dealers.dealer_query import records
from webapp.dealers.dealer_rows import DealerRow, dealer_rows
from webapp.models import Alert

PAGE_LENGTH: Final = 50


@dataclass(frozen=True)
class Chip:
    """Link to the dealers with a cause, or to all if `cause` is empty, with their number."""

    label: str
    cause: str
    number: int


@dataclass(frozen=True)
class DealerList:
    """One page of dealers. `total` is the number on all its pages; `chips` ignore the chosen cause."""

    rows: list[DealerRow]
    choice: DealerFilter
    page: int
    total: int
    chips: list[Chip]
    deployment: list[Alert]

    @property
    def has_more(self) -> bool:
        return self.page * PAGE_LENGTH < self.total

    @property
    def first(self) -> int:
        """Return the place of the page's first dealer, from 1."""
        return (self.page - 1) * PAGE_LENGTH + 1

    @classmethod
    def of(cls, choice: DealerFilter, page: int = 1) -> DealerList:
        """Return one page of the filtered dealers."""
        found = records(choice, (page - 1) * PAGE_LENGTH + 1, page * PAGE_LENGTH)
        chips = [Chip("All", "", sum(found.counts.values()))]
        chips += [
            Chip(one.label, name, number)
            for name, one in causes.FILTERS.items()
            if (number := found.count(one.mask)) or name in ("attention", choice.cause)
        ]
        total = found.count(choice.mask)
        return cls(dealer_rows(found.rows), choice, page, total, chips, alerts.of_deployment())

    def number(self, cause: str) -> int:
        """Return how many dealers have a cause of the filter, 0 if none has."""
        return next((chip.number for chip in self.chips if chip.cause == cause), 0)
