"""Keeps the quantity of parts that a pull has no evidence about (R10), and retains parts that are gone (R14).

`retained_parts` holds the parts that the last complete pull of their code no longer contains, while their
quantity is still on the shelf, one row for each part number.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final, NamedTuple

from jobs.sync import rules
from jobs.sync.applying import sql
from jobs.sync.applying.catalog import Catalog
from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.matching import Judged, Pair
from webapp.pulls.entries import Entry, Match

_RETAINED: Final = """
    SELECT t.manufacturer_id, t.key, t.product_id, t.quantity
    FROM {keys:text}
    CROSS JOIN retained_parts AS t
    WHERE t.dealer_id = :dealer AND t.code_key = :code AND t.manufacturer_id = :manufacturer
      AND t.key = keys.value
"""

_RETAINED_PAIRS: Final = """
    SELECT manufacturer_id, product_id FROM retained_parts WHERE dealer_id = :dealer AND code_key = :code
"""

RETAIN: Final = """
    INSERT INTO retained_parts (dealer_id, code_key, manufacturer_id, key, product_id, quantity,
                                last_run_id, unnamed)
    VALUES (:dealer, :code, :manufacturer, :key, :product, :quantity, :last, :unnamed)
    ON CONFLICT (dealer_id, code_key, manufacturer_id, key) DO UPDATE
       SET product_id = excluded.product_id, quantity = excluded.quantity,
           last_run_id = excluded.last_run_id, unnamed = excluded.unnamed
"""


class Gone(NamedTuple):
    """A part that the previous pull contributed, and this one no longer contains."""

    manufacturer_id: int
    key: str
    product_id: int
    quantity: int


class Unexplained(NamedTuple):
    """A part without evidence whose product is in stock, though no pull explains why."""

    entry: Entry
    pair: Pair


def keep(context: CodeContext, catalog: Catalog, judged: Judged) -> list[Unexplained]:
    """Keep what the parts without evidence contributed before; return those that no pull explains."""
    if not judged.unknown:
        return []
    known = _contributed(context, judged)
    hidden = _hidden(judged)
    retained = _retained(context, judged.unknown)
    listed = _listed(context, catalog, judged.unknown)
    is_listed = {(entry.key, pair) for entry, pair in listed}
    pairs = [pair for found in (known, retained) for quantities in found.values() for pair in quantities]
    in_stock = stocked(context, {pair[1] for pair in pairs} | {pair[1] for _, pair in listed}) | hidden
    for entry in judged.unknown:
        for source in (known, retained):
            if not entry.matches:
                entry.matches = [
                    Match(*pair, kept_quantity=quantity)
                    for pair, quantity in source.get(entry.key, {}).items()
                    if pair in in_stock
                ]
    judged.has_unlisted = any(
        (entry.key, (match.manufacturer_id, match.product_id)) not in is_listed
        for entry in judged.unknown
        for match in entry.matches
    )
    return [
        Unexplained(entry, pair)
        for entry, pair in listed
        if pair in in_stock and not _is_explained(entry, pair)
    ]


def _is_explained(entry: Entry, pair: Pair) -> bool:
    """Return whether a known match says that the part contributes nothing else to the product (R13)."""
    manufacturer_id, product_id = pair
    return any(
        match.manufacturer_id == manufacturer_id or match.product_id == product_id for match in entry.matches
    )


def _contributed(context: CodeContext, judged: Judged) -> dict[str, dict[Pair, int]]:
    """Return what the previous pull contributed for each part without evidence."""
    found: dict[str, dict[Pair, int]] = {}
    for entry in judged.unknown:
        stored = judged.old.get(entry.key)
        found[entry.key] = contributions(context, stored) if stored is not None else {}
    return found


def _hidden(judged: Judged) -> set[Pair]:
    """Return products that guards keep off the webstore: their parts contribute, with nothing shown (R27)."""
    return {
        (match.manufacturer_id, match.product_id)
        for stored in judged.old.values()
        for match in stored.matches
        if match.withheld > 0 and match.shelf_quantity == 0
    }


def contributions(context: CodeContext, entry: Entry) -> dict[Pair, int]:
    """Return the quantity that a part contributes to each product of a manufacturer still mapped."""
    return {
        (match.manufacturer_id, match.product_id): _contribution(entry, match)
        for match in entry.matches
        if match.manufacturer_id in context.by_manufacturer
    }


def _contribution(entry: Entry, match: Match) -> int:
    for quantity in (match.kept_quantity, match.frozen_quantity):
        if quantity is not None:
            return quantity
    return entry.quantity or 0


def note_frozen(context: CodeContext, judged: Judged) -> None:
    """Note for parts that are new or differ what they contribute to frozen stock: what they did before.

    It stays noted if the product's stock differs (R26).
    """
    if not context.frozen_manufacturers:
        return
    fresh = [entry for entry in judged.fresh if entry.reason is None and entry.matches]
    retained = _retained(context, [entry for entry in fresh if entry.key not in judged.old])
    for entry in fresh:
        stored = judged.old.get(entry.key)
        before = contributions(context, stored) if stored is not None else retained.get(entry.key, {})
        for match in entry.matches:
            if match.manufacturer_id in context.frozen_manufacturers:
                match.frozen_quantity = before.get((match.manufacturer_id, match.product_id), 0)


def _retained(context: CodeContext, entries: list[Entry]) -> dict[str, dict[Pair, int]]:
    found: dict[str, dict[Pair, int]] = {}
    keys = [entry.key for entry in entries]
    for mapping in context.mappings if keys else ():
        for row in sql.rows(
            context.connection,
            _RETAINED,
            keys=keys,
            dealer=context.dealer_id,
            code=context.code_key,
            manufacturer=mapping.manufacturer_id,
        ):
            found.setdefault(row.key, {})[row.manufacturer_id, row.product_id] = row.quantity
    return found


def _listed(context: CodeContext, catalog: Catalog, entries: list[Entry]) -> list[Unexplained]:
    """Return the products that the catalog lists for parts without evidence."""
    keys = [entry.key for entry in entries]
    return [
        Unexplained(entries[hit.place], (mapping.manufacturer_id, hit.product_id))
        for mapping in context.mappings
        for hit in catalog.match(mapping.manufacturer_id, keys)
    ]


def stocked(context: CodeContext, product_ids: Collection[int]) -> set[Pair]:
    """Return the products of which the code has stock."""
    rows = context.shelf_rows.of_products(sorted(product_ids))
    quantities = {(row[1], row[0]): row[3] for row in rows if row[2] == context.code_key}
    return {pair for pair, quantity in quantities.items() if quantity > 0}


def keep_unexplained(
    context: CodeContext, unexplained: Sequence[Unexplained], is_explained: Callable[[Pair], bool]
) -> None:
    """Keep stock without a stored pull, unless other parts of the code explain it: then it is theirs."""
    if not unexplained:
        return
    rows = sql.rows(context.connection, _RETAINED_PAIRS, dealer=context.dealer_id, code=context.code_key)
    retained = {tuple(row) for row in rows}
    # All are decided before the first is kept: two parts of one product do not explain each other.
    pairs = {pair for _, pair in unexplained if pair not in retained}
    kept = {pair for pair in pairs if not is_explained(pair)}
    for entry, pair in unexplained:
        if pair in kept:
            entry.matches.append(Match(*pair, kept_quantity=0))


def gone(context: CodeContext, judged: Judged) -> list[Gone]:
    """Return what the range's stored parts contributed and its new ones do not contain (R14).

    Out of stock and stale rows count as absent.
    """
    present = {
        entry.key
        for entry in judged.fresh
        if entry.reason in (None, rules.UNMATCHED) or entry.reason in rules.UNKNOWN
    }
    return [
        Gone(manufacturer_id, key, product_id, quantity)
        for key, stored in judged.old.items()
        if key not in present
        for (manufacturer_id, product_id), quantity in contributions(context, stored).items()
    ]


def retain(context: CodeContext, parts: Iterable[Gone], last: int, unnamed: int) -> None:
    """Retain parts that are gone; `last` and `unnamed` are those of the pull that had them."""
    rows = [
        {
            "dealer": context.dealer_id,
            "code": context.code_key,
            "manufacturer": part.manufacturer_id,
            "key": part.key,
            "product": part.product_id,
            "quantity": part.quantity,
            "last": last,
            "unnamed": unnamed,
        }
        for part in parts
    ]
    if rows:
        context.connection.execute(sql.plain(RETAIN), rows)
