"""Skipped parts as a workbench: filtered, grouped with what they are worth, sorted, and a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from webapp.core.enums import STORED_TRIGGERS
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.matching import groups
from webapp.matching.decided_rows import decided_rows
from webapp.matching.skipped_rows import SkippedRow, matches_words
from webapp.models import Alias, SupplierCode
from webapp.runs import changed_rules, lifecycle

# Each part has up to three buttons; on a phone it is a card.
PAGE_LENGTH: Final = 25
# Parts that are listed, exported and decided about at once; groups count all, and the pages say so.
MOST_LISTED: Final = 50_000
SORTS: Final[dict[str, tuple[str, Callable[[SkippedRow], Any]]]] = {
    "value": ("Value, highest first", lambda row: (-row.value_cents, row.key)),
    "units": ("Units, most first", lambda row: (-row.units, row.key)),
    "part": ("Part number", lambda row: (row.key, row.code_key)),
    "code": ("Supplier code", lambda row: (row.supplier_code.casefold(), row.key)),
}


@dataclass(frozen=True)
class SkippedFilter:
    """Filter; empty fields match everything. `least` is a value in whole dollars.

    `problems` says by argument which given values cannot be used: nothing is decided about all its parts.
    """

    words: str = ""
    code: str = ""
    group: str = ""
    least: int | None = None
    sort: str = "value"
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def arguments(self) -> dict[str, str | int]:
        """Return the filter as query string arguments."""
        given = {
            "q": self.words,
            "code": self.code,
            "reason": self.group,
            "least": self.least,
            "sort": self.sort if self.sort != "value" else "",
        }
        return {name: value for name, value in given.items() if value}

    @property
    def is_everything(self) -> bool:
        return not (self.words or self.code or self.group or self.least)

    def in_group(self, group: str) -> dict[str, str | int]:
        """Return the arguments of the same filter in another group."""
        return {**self.arguments, "reason": group}

    def matches(self, row: SkippedRow) -> bool:
        """Return whether a part matches, whatever its group."""
        if self.least and row.value_cents < self.least * 100:
            return False
        return not self.words or matches_words(row, self.words)


class Group(NamedTuple):
    """Parts of one group, and what they are worth."""

    name: str
    parts: int
    units: int
    cents: int

    @property
    def label(self) -> str:
        return groups.LABELS[self.name]

    @property
    def action(self) -> str:
        return groups.ACTIONS[self.name]

    @property
    def has_candidates(self) -> bool:
        return self.name in groups.KINDS


@dataclass(frozen=True)
class Workbench:
    """A page of skipped parts. `listed` counts those of the filter, and `beyond` those past `MOST_LISTED`.

    `waiting` counts accepted ones; `is_applying`: a run is applying them.
    """

    choice: SkippedFilter
    groups: list[Group]
    rows: list[SkippedRow]
    listed: int
    beyond: int
    page: int
    waiting: int
    is_applying: bool
    codes: list[str]

    @classmethod
    def of(cls, dealer_id: int, choice: SkippedFilter, page: int = 1) -> Workbench:
        """Return a page of the filter, from 1."""
        is_applying = _is_applying(dealer_id)
        found, counted, waiting = _found(dealer_id, choice)
        rows = sorted(found, key=SORTS[choice.sort][1])
        first = (page - 1) * PAGE_LENGTH
        shown = rows[first : first + PAGE_LENGTH]
        listed, codes = len(rows), _codes(dealer_id)
        beyond = _number(counted, choice) - listed
        return cls(choice, counted, shown, listed, beyond, page, waiting, is_applying, codes)

    @property
    def group(self) -> Group | None:
        """The group that the filter names, if any part is in it."""
        return next((group for group in self.groups if group.name == self.choice.group), None)

    @property
    def has_more(self) -> bool:
        return self.listed > self.page * PAGE_LENGTH


def listed_rows(dealer_id: int, choice: SkippedFilter) -> list[SkippedRow]:
    """Return all parts of a filter in its order, without ignored ones."""
    return listed_of_all(dealer_id, choice)[0]


def listed_of_all(dealer_id: int, choice: SkippedFilter) -> tuple[list[SkippedRow], int]:
    """Return the parts of a filter as `listed_rows` does, and the number of all, listed or not."""
    rows, counted, _ = _found(dealer_id, choice)
    return sorted(rows, key=SORTS[choice.sort][1]), _number(counted, choice)


def _number(counted: list[Group], choice: SkippedFilter) -> int:
    return sum(group.parts for group in counted if choice.group in ("", group.name))


def _found(dealer_id: int, choice: SkippedFilter) -> tuple[list[SkippedRow], list[Group], int]:
    """Return the parts of a filter, the groups of all its groups, and the number of accepted ones."""
    accepted = _accepted(dealer_id)
    rows: list[SkippedRow] = []
    counts: dict[str, list[int]] = {}
    waiting = 0
    code_keys = {key_of(choice.code)} if choice.code else None
    for row in decided_rows(dealer_id, code_keys):
        if accepted(row):
            waiting += 1
        elif choice.matches(row):
            _count(counts.setdefault(row.group, [0, 0, 0]), row)
            if choice.group in ("", row.group) and len(rows) < MOST_LISTED:
                rows.append(row)
    found = [Group(name, *counts[name]) for name in groups.ORDER if name in counts]
    return rows, sorted(found, key=lambda group: (-group.cents, -group.parts)), waiting


def _count(counts: list[int], row: SkippedRow) -> None:
    counts[0] += 1
    counts[1] += row.units
    counts[2] += row.value_cents


def _accepted(dealer_id: int) -> Callable[[SkippedRow], bool]:
    """Return whether a part's match was accepted and is about to be applied."""
    if not _is_applying(dealer_id) and not changed_rules.is_pending(dealer_id):
        return lambda row: False
    on = (SupplierCode.dealer_id == Alias.dealer_id) & (SupplierCode.manufacturer_id == Alias.manufacturer_id)
    query = select(SupplierCode.code_key, Alias.key).join(Alias, on).where(Alias.dealer_id == dealer_id)
    keys = {(row[0], row[1]) for row in db.session.execute(query)}
    return lambda row: row.reason == "unmatched" and (row.code_key, row.key) in keys


def _is_applying(dealer_id: int) -> bool:
    active = lifecycle.active(dealer_id)
    return active is not None and active.trigger in STORED_TRIGGERS


def _codes(dealer_id: int) -> list[str]:
    query = select(SupplierCode.code).where(SupplierCode.dealer_id == dealer_id)
    rows = db.session.scalars(query.order_by(SupplierCode.position, SupplierCode.id))
    return list({key_of(code): code for code in rows}.values())
