"""Changes of shelf stock, and their compressed form. Pure."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from heapq import nlargest
from itertools import compress, islice, repeat
from operator import itemgetter
from typing import Any, Final, NamedTuple

import msgspec

from webapp.pulls.stock import Stock, StockKey

# Changes of which each block keeps a copy, so that pages need not read the others.
LARGEST: Final = 20

# Stands for a row that is no longer there.
NO_STOCK: Final = Stock(0, None, 0)

_LEVEL: Final = 1
_NOTHING: Final = (None, None, None)


class Change(NamedTuple):
    """A change of the stock of one code for one product; `before` is None if there was no row.

    `after` is `NO_STOCK` if a restore removed the row. `retail_cents` is the product's price if it has no
    sale price: as reported, else that of the catalog. `withheld` are pieces that guards keep off the webstore
    after it (R27); changes stored by earlier versions have none.
    """

    place: StockKey
    before: Stock | None
    after: Stock
    retail_cents: int | None = None
    withheld: int = 0

    @property
    def is_zero_by_guard(self) -> bool:
        """Return whether a guard sets the quantity to zero: Lightspeed has more."""
        return not self.after.quantity and self.withheld > 0

    @property
    def pieces(self) -> int:
        """How many pieces more there are; negative if there are fewer."""
        return self.after.quantity - (self.before.quantity if self.before is not None else 0)

    @property
    def value_cents(self) -> int:
        """How much more the stock is worth at its price; 0 if it has none."""
        was, old, _ = self.before or _NOTHING
        return value_of(was, old, self.after.quantity, self.after.sale_price_cents, self.retail_cents)


def value_of(was: int | None, old: int | None, now: int, new: int | None, retail: int | None) -> int:
    """Return how much more stock is worth in cents, that `was` so many pieces at an `old` price and is `now`.

    `was` is None if there was no stock, and `retail` is the product's price besides.
    """
    after = new or retail or 0
    return now * after - (was * (old or after) if was else 0)


# A change while it is noted: making a tuple takes a tenth of the time.
Noted = tuple[StockKey, Stock | None, Stock, int | None, int]


def pack(changes: Sequence[Noted]) -> bytes:
    """Return the compressed form of changes, column by column."""
    places, before, after, retail, withheld = (list(map(itemgetter(field), changes)) for field in range(5))
    stock = None if before.count(None) == len(before) else [row or _NOTHING for row in before]
    columns = [
        *_columns(places),
        *(_columns(stock) if stock else [[None]] * 3),
        *_columns(after),
        retail,
        withheld,
    ]
    packed = msgspec.msgpack.encode((len(changes), [_shortened(column) for column in columns]))
    return zlib.compress(packed, _LEVEL)


def unpack(body: bytes) -> Iterator[Change]:
    """Yield the changes of a block."""
    length, columns = msgspec.msgpack.decode(zlib.decompress(body))
    rows = zip(
        *(repeat(column[0], length) if len(column) == 1 else column for column in columns), strict=True
    )
    yield from map(_change, rows)


class Block:
    """The changes of a block, which are made one by one only where they are asked for."""

    def __init__(self, body: bytes) -> None:
        length, columns = msgspec.msgpack.decode(zlib.decompress(body))
        self._columns = [column * length if len(column) == 1 else column for column in columns]

    def figures(self) -> Iterator[tuple[int | None, int | None, int, int | None, int | None]]:
        """Yield the arguments of `value_of` for each change."""
        yield from zip(*(self._columns[place] for place in (3, 4, 6, 7, 9)), strict=True)

    def __getitem__(self, place: int) -> Change:
        return _change([column[place] for column in self._columns])


def of_product(body: bytes, product_id: int) -> list[Change]:
    """Return the changes of a block that are about one product.

    The id occurs in the block's bytes if it is in the block: most blocks need not be decoded.
    """
    packed = zlib.decompress(body)
    if msgspec.msgpack.encode(product_id) not in packed:
        return []
    length, columns = msgspec.msgpack.decode(packed)
    ids = columns[0] * length if len(columns[0]) == 1 else columns[0]
    return [
        _change([column[0 if len(column) == 1 else place] for column in columns])
        for place, number in enumerate(ids)
        if number == product_id
    ]


def of_part(body: bytes, part: int, parts: int) -> Iterator[Change]:
    """Yield a block's changes of every `parts`th product: all changes of a product are in one part."""
    length, columns = msgspec.msgpack.decode(zlib.decompress(body))
    chosen = [number % parts == part for number in columns[0]]
    rows = zip(
        *(repeat(column[0], length) if len(column) == 1 else column for column in columns), strict=True
    )
    yield from map(_change, compress(rows, chosen if len(chosen) == length else chosen * length))


def codes_in(body: bytes) -> Counter[str]:
    """Return the keys of the codes that have changes in a block, with their number."""
    length, columns = msgspec.msgpack.decode(zlib.decompress(body))
    keys = columns[2]
    return Counter({keys[0]: length}) if len(keys) == 1 else Counter(keys)


def _change(row: Sequence[Any]) -> Change:
    before = None if row[3] is None else Stock(*row[3:6])
    return Change(StockKey(*row[:3]), before, Stock(*row[6:9]), *row[9:])


def largest(changes: Sequence[Noted], limit: int = LARGEST) -> Sequence[Noted]:
    """Return the changes of the highest value, up or down; without prices, of the most pieces."""
    if len(changes) <= limit:
        return changes
    sizes = _sizes(changes)
    least = nlargest(limit, sizes)[-1]
    larger = list(compress(changes, (size > least for size in sizes)))
    return larger + list(islice(compress(changes, (size == least for size in sizes)), limit - len(larger)))


def _sizes(changes: Sequence[Noted]) -> list[int]:
    """Return the values without sign; a missing price counts as a cent."""
    return [
        after[0] * (after[1] or retail or 1)
        if before is None
        else abs(after[0] * (after[1] or retail or 1) - before[0] * (before[1] or after[1] or retail or 1))
        for _, before, after, retail, _ in changes
    ]


def _columns(rows: Sequence[Any]) -> list[list[Any]]:
    """Return the three columns of rows; faster than `zip` with ten thousand arguments."""
    return [list(map(itemgetter(field), rows)) for field in range(3)]


def _shortened(column: Sequence[Any]) -> Sequence[Any]:
    return column[:1] if column.count(column[0]) == len(column) else column
