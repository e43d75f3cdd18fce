"""What a held pull would change, as its page and its CSV file show it (R27)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from sqlalchemy.engine import Connection

from webapp.extensions import db
from webapp.models import HeldPull
from webapp.previews.summary import Summary
from webapp.pulls import stored_changes
from webapp.runs import run_changes
from webapp.runs.run_changes import ShownChange

# Changes of each kind that the page names.
LARGEST: Final = 20
# The kinds of webapp/previews/summary.py that the page has a table of, with its heading.
HEADINGS: Final = {
    "price_up": "Prices that go up",
    "price_down": "Prices that go down",
    "to_zero": "Products that go to zero",
    "down": "Products with fewer units",
    "up": "Products with more units",
    "new": "Products that come into stock",
}


class Kind(NamedTuple):
    """A kind of change: the number of products, and the largest changes."""

    name: str
    heading: str
    total: int
    rows: list[ShownChange]

    @property
    def is_price(self) -> bool:
        """Whether its changes are of prices, not of quantities."""
        return self.name.startswith("price_")


class Source(NamedTuple):
    """Where the planned changes of a pull are, and the code that they follow from."""

    item_id: int
    dealer_id: int
    code_key: str
    supplier_code: str

    @classmethod
    def of(cls, pull: HeldPull) -> Source:
        """Return the source of a pull, which outlives the request's session."""
        return cls(pull.run_item_id, pull.dealer_id, pull.code_key, pull.supplier_code)


def kinds(pull: HeldPull) -> list[Kind]:
    """Return the kinds of changes that a pull would make, with the largest of each."""
    summary = Summary()
    summary.unpack(pull.largest)
    summary.counts.update({name: pull.planned.get(name, 0) for name in HEADINGS})
    return kinds_of(summary, Source.of(pull))


def kinds_of(summary: Summary, source: Source) -> list[Kind]:
    """Return the kinds of summed up changes, with the largest of each."""
    connection = db.session.connection()
    return [
        Kind(name, heading, summary.counts[name], _shown(connection, source, summary.largest(name)[:LARGEST]))
        for name, heading in HEADINGS.items()
        if summary.counts[name]
    ]


def of_source(connection: Connection, source: Source) -> Iterator[list[ShownChange]]:
    """Yield all changes, some thousand at a time, those by part number."""
    for block in stored_changes.planned_of_item(connection, source.item_id):
        yield run_changes.by_part_number(_shown(connection, source, block))


def _shown(
    connection: Connection, source: Source, changes: list[stored_changes.CausedChange]
) -> list[ShownChange]:
    shown = run_changes.shown(connection, source.dealer_id, changes)
    # A code that never had stock is not known by its shelf.
    own = {source.code_key: source.supplier_code}
    return [row._replace(code=own.get(row.code, row.code)) for row in shown]
