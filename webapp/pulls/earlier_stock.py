"""Stock that a code had before some changes, compared with what it has now (R25).

A restore's preview, its file and the restore itself use the same comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.engine import Connection

from webapp.models import ItemChanges, ShelfStock
from webapp.models.id_lists import in_ids
from webapp.pulls.stock import Stock, StockKey
from webapp.pulls.stock_changes import NO_STOCK, Change, unpack

# Products whose stock is read at once.
_BATCH: Final = 5_000


class Restoration(NamedTuple):
    """Stock that a restore changes: what it is now, and what it was; None if there was no row.

    `has_moved`: the last change that is undone took it away because its part moved to another code (R14).
    """

    place: StockKey
    now: Stock | None
    earlier: Stock | None
    retail_cents: int | None = None
    has_moved: bool = False

    @property
    def quantity(self) -> int:
        """The quantity after the restore."""
        return self.earlier.quantity if self.earlier is not None else 0

    @property
    def change(self) -> Change:
        """The restoration as a change of shelf stock."""
        after = self.earlier if self.earlier is not None else NO_STOCK
        return Change(self.place, self.now, after, self.retail_cents)


def restorations(
    connection: Connection, dealer_id: int, code_key: str, block_ids: Iterable[int]
) -> list[Restoration]:
    """Return what returns a code to its stock before the changes of blocks, in the order of the products.

    `block_ids` ascend: of several changes of one place, the first tells what was before.
    """
    first: dict[StockKey, Change] = {}
    last_cause: dict[StockKey, str] = {}
    for number in block_ids:
        own = ItemChanges.dealer_id == dealer_id, ItemChanges.id == number
        block = connection.execute(select(ItemChanges.cause, ItemChanges.body).where(*own)).first()
        if block is None:
            continue
        for change in unpack(block.body):
            if change.place.code_key == code_key:
                first.setdefault(change.place, change)
                last_cause[change.place] = block.cause
    places = sorted(first)
    found: list[Restoration] = []
    for start in range(0, len(places), _BATCH):
        batch = places[start : start + _BATCH]
        present = dict(_present(connection, dealer_id, code_key, batch))
        for place in batch:
            change, now = first[place], present.get(place)
            if now != change.before:
                has_moved = last_cause[place] == "moved"
                found.append(Restoration(place, now, change.before, change.retail_cents, has_moved))
    return found


def _present(
    connection: Connection, dealer_id: int, code_key: str, places: Sequence[StockKey]
) -> Iterator[tuple[StockKey, Stock]]:
    query = select(
        ShelfStock.product_id,
        ShelfStock.manufacturer_id,
        ShelfStock.quantity,
        ShelfStock.sale_price_cents,
        ShelfStock.lead_time_days,
    ).where(
        ShelfStock.dealer_id == dealer_id,
        in_ids(connection, ShelfStock.product_id, sorted({place.product_id for place in places})),
        ShelfStock.code_key == code_key,
    )
    for row in connection.execute(query):
        yield StockKey(row[0], row[1], code_key), Stock(*row[2:])
