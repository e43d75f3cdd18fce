"""Parts that moved to another code of their manufacturer, and retained parts that are settled (R14)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

from jobs.sync.applying import sql
from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.matching import PartKey
from jobs.sync.applying.noting import MOVED
from jobs.sync.applying.shelf import Shelf
from webapp.guards import stored_rules
from webapp.pulls.product_sets import ProductSet
from webapp.pulls.stock import StockKey

# R14: a retained part moved if another code of its manufacturer began to report it after its own code last
# did.
_MARK_MOVED: Final = """
    UPDATE retained_parts SET moved_item_id = :item
    WHERE dealer_id = :dealer AND manufacturer_id = :manufacturer
      AND 0 < (
          SELECT count(*) FROM arrived_parts AS a
          JOIN supplier_codes AS c
            ON c.dealer_id = a.dealer_id AND c.code_key = a.code_key
           AND c.manufacturer_id = a.manufacturer_id
          WHERE a.dealer_id = retained_parts.dealer_id AND a.manufacturer_id = retained_parts.manufacturer_id
            AND a.key = retained_parts.key AND a.code_key <> retained_parts.code_key
            AND a.since_run_id > retained_parts.last_run_id
      )
"""

# The product may have other parts of the code: only the quantities of moved parts are subtracted. `remaining`
# is what the others contribute of those that are retained.
_MOVED: Final = """
    SELECT code_key, manufacturer_id, product_id,
           sum(CASE WHEN moved_item_id = :item THEN quantity ELSE 0 END) AS moved,
           sum(CASE WHEN moved_item_id = :item THEN 0 ELSE quantity END) AS remaining
    FROM retained_parts
    WHERE dealer_id = :dealer
    GROUP BY code_key, manufacturer_id, product_id
    HAVING count(CASE WHEN moved_item_id = :item THEN 1 END) > 0
"""

_FORGET_MOVED: Final = "DELETE FROM retained_parts WHERE dealer_id = :dealer AND moved_item_id = :item"

_STAY_RETAINED: Final = """
    UPDATE retained_parts SET moved_item_id = NULL
    WHERE dealer_id = :dealer AND moved_item_id = :item AND manufacturer_id = :manufacturer
      AND code_key = :code
"""

_FORGET_SOLD_OUT: Final = """
    DELETE FROM retained_parts
    WHERE dealer_id = :dealer AND manufacturer_id = :manufacturer
      AND 0 = coalesce((
          SELECT s.quantity FROM shelf_stock AS s
          WHERE s.dealer_id = retained_parts.dealer_id AND s.product_id = retained_parts.product_id
            AND s.manufacturer_id = retained_parts.manufacturer_id
            AND s.code_key = retained_parts.code_key
      ), 0)
"""

_RETAINED_PRODUCTS: Final = """
    SELECT DISTINCT manufacturer_id, product_id FROM retained_parts
    WHERE dealer_id = :dealer AND code_key = :code
"""

_RETAINED_OF_CODES: Final = """
    SELECT DISTINCT code_key, product_id FROM retained_parts
    WHERE dealer_id = :dealer AND manufacturer_id = :manufacturer
"""

_RETAINED_KEYS: Final = """
    SELECT manufacturer_id, key FROM retained_parts WHERE dealer_id = :dealer AND code_key = :code
"""

_FORGET_PRODUCTS: Final = """
    DELETE FROM retained_parts
    WHERE dealer_id = :dealer AND code_key = :code AND manufacturer_id = :manufacturer
      AND product_id IN (SELECT value FROM {products:bigint})
"""

_FORGET_KEYS: Final = """
    DELETE FROM retained_parts
    WHERE dealer_id = :dealer AND code_key = :code AND manufacturer_id = :manufacturer
      AND key IN (SELECT value FROM {keys:text})
"""

_ARRIVE: Final = """
    INSERT INTO arrived_parts (dealer_id, code_key, manufacturer_id, key, since_run_id)
    VALUES (:dealer, :code, :manufacturer, :key, :since)
    ON CONFLICT (dealer_id, code_key, manufacturer_id, key) DO NOTHING
"""

_LEAVE: Final = """
    DELETE FROM arrived_parts
    WHERE dealer_id = :dealer AND code_key = :code AND manufacturer_id = :manufacturer
      AND key IN (SELECT value FROM {keys:text})
"""

_LEAVE_OTHERS: Final = """
    DELETE FROM arrived_parts
    WHERE dealer_id = :dealer AND code_key = :code
      AND manufacturer_id NOT IN (SELECT value FROM {manufacturers:bigint})
"""


def clear_moved(context: CodeContext, shelf: Shelf) -> int:
    """Set parts to zero that moved to another code; return the number of changed stock rows."""
    moved = sum(
        sql.execute(
            context.connection,
            _MARK_MOVED,
            item=context.item_id,
            dealer=context.dealer_id,
            manufacturer=mapping.manufacturer_id,
        )
        for mapping in context.mappings
    )
    if not moved:
        return 0
    of_item = {"dealer": context.dealer_id, "item": context.item_id}
    places = list(_moved(context, shelf))
    written = shelf.set_quantities(places, MOVED)
    frozen = {place[1:] for place, _ in places if shelf.is_frozen(place)}
    for manufacturer_id, code_key in sorted(frozen):
        # Their quantity is still on the shelf: they are looked at again by the next code that has them.
        sql.execute(
            context.connection, _STAY_RETAINED, **of_item, manufacturer=manufacturer_id, code=code_key
        )
    _make_stale(context, {place.code_key for place, _ in places if not shelf.is_frozen(place)})
    sql.execute(context.connection, _FORGET_MOVED, **of_item)
    return written


def _moved(context: CodeContext, shelf: Shelf) -> Iterator[tuple[StockKey, int]]:
    """Yield stock with parts that moved, and what it shows without them.

    Guards may have shown fewer pieces than there were: those that remain show as many as they let (R27).
    """
    rows = sql.rows(context.connection, _MOVED, dealer=context.dealer_id, item=context.item_id)
    guards = stored_rules.read(context.connection, context.dealer_id)
    stock = shelf.read({row.product_id for row in rows})
    for row in rows:
        place = StockKey(row.product_id, row.manufacturer_id, row.code_key)
        found = stock[row.product_id].get(place)
        if found is not None and found.quantity:
            rules = guards.of(row.code_key, row.manufacturer_id)
            shown = 0 if rules.is_off else min(found.quantity, rules.shown(row.remaining))
            yield place, int(max(0, found.quantity - row.moved, shown))


_STALE: Final = """
    UPDATE stored_pulls SET basis = :nothing
    WHERE dealer_id = :dealer AND code_key IN (SELECT value FROM {codes:text})
"""


def _make_stale(context: CodeContext, code_keys: Collection[str]) -> None:
    """Have other codes whose stock was changed looked at as a whole by their next pull."""
    others = sorted(set(code_keys) - {context.code_key})
    if others:
        sql.execute(context.connection, _STALE, nothing=b"", dealer=context.dealer_id, codes=others)


def forget_reported(context: CodeContext, reported: ProductSet, keys: Sequence[PartKey]) -> None:
    """Delete retained parts that have a match again, or whose product a reported part has updated."""
    of_code = {"dealer": context.dealer_id, "code": context.code_key}
    pairs = [tuple(row) for row in sql.rows(context.connection, _RETAINED_PRODUCTS, **of_code)]
    if not pairs:
        return
    for mapping in context.mappings:
        number = mapping.manufacturer_id
        own = {**of_code, "manufacturer": number}
        # A reported part does not update a frozen product (R26).
        reached = () if number in context.frozen_manufacturers else pairs
        product_ids = [pair[1] for pair in reached if pair[0] == number and pair in reported]
        for batch in sql.batches(product_ids):
            sql.execute(context.connection, _FORGET_PRODUCTS, products=list(batch), **own)
        for names in sql.batches([key for manufacturer_id, key in keys if manufacturer_id == number]):
            sql.execute(context.connection, _FORGET_KEYS, keys=list(names), **own)


def forget_sold_out(context: CodeContext) -> None:
    """Delete retained parts that are no longer on the shelf."""
    for mapping in context.mappings:
        of_manufacturer = {"dealer": context.dealer_id, "manufacturer": mapping.manufacturer_id}
        if context.planned is None:
            sql.execute(context.connection, _FORGET_SOLD_OUT, **of_manufacturer)
        else:
            _forget_planned(context, of_manufacturer)


def _forget_planned(context: CodeContext, of_manufacturer: dict[str, int]) -> None:
    """Do the same for a plan: the database does not have all of its shelf."""
    number = of_manufacturer["manufacturer"]
    retained = {tuple(row) for row in sql.rows(context.connection, _RETAINED_OF_CODES, **of_manufacturer)}
    rows = context.shelf_rows.of_products(sorted({product_id for _, product_id in retained}))
    quantities = {(row[2], row[0]): row[3] for row in rows if row[1] == number}
    gone = sorted(place for place in retained if not quantities.get(place))
    for code_key, places in groupby(gone, key=itemgetter(0)):
        for batch in sql.batches([product_id for _, product_id in places]):
            own = {**of_manufacturer, "code": code_key}
            sql.execute(context.connection, _FORGET_PRODUCTS, products=list(batch), **own)


def forget_arrivals(context: CodeContext) -> None:
    """Forget when parts of manufacturers began that the code no longer has, or has alone.

    Without another code of the manufacturer all parts count as reported from the beginning.
    """
    manufacturers = sorted(context.by_manufacturer) if context.is_shared else []
    sql.execute(
        context.connection,
        _LEAVE_OTHERS,
        manufacturers=manufacturers,
        dealer=context.dealer_id,
        code=context.code_key,
    )


def note_arrivals(context: CodeContext, arrived: Sequence[PartKey], left: Sequence[PartKey]) -> None:
    """Note the parts that the code begins to report with this pull, and those that it ceased to report."""
    of_code = {"dealer": context.dealer_id, "code": context.code_key}
    for number in sorted(context.by_manufacturer) if left else ():
        for batch in sql.batches([key for manufacturer_id, key in left if manufacturer_id == number]):
            sql.execute(context.connection, _LEAVE, keys=list(batch), manufacturer=number, **of_code)
    rows = [
        {**of_code, "manufacturer": manufacturer_id, "key": key, "since": context.moment}
        for manufacturer_id, key in arrived
    ]
    if rows:
        context.connection.execute(sql.plain(_ARRIVE), rows)


def retained_keys(context: CodeContext) -> set[PartKey]:
    """Return the retained parts of the code, by manufacturer."""
    rows = sql.rows(context.connection, _RETAINED_KEYS, dealer=context.dealer_id, code=context.code_key)
    return {(row.manufacturer_id, row.key) for row in rows}
