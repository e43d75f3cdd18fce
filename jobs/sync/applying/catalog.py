"""Looks up part numbers in the catalog: matches, candidates, and the other numbers of a product (R12)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy.engine import Connection

from jobs.sync.applying import sql
from jobs.sync.applying.context import CodeContext


class Hit(NamedTuple):
    """A product of a manufacturer that a key was found for; `place` is that of the key in the list."""

    place: int
    product_id: int
    brand: str
    mpn: str
    name: str


# CROSS JOIN makes SQLite join in the order written; PostgreSQL is told to (`plan_as_written`).
_MATCH = """
    SELECT keys.place, p.product_id, n.brand, n.mpn, n.name
    FROM {keys:text}
    CROSS JOIN part_numbers AS p
    CROSS JOIN products AS n
    WHERE p.manufacturer_id = :manufacturer AND p.key = keys.value {collate} AND n.id = p.product_id
"""

_KEYS_OF_PRODUCTS = """
    SELECT p.product_id, p.key
    FROM {products:bigint}
    CROSS JOIN part_numbers AS p
    WHERE p.product_id = products.value AND p.manufacturer_id = :manufacturer
"""

# An alias of a product that the manufacturer no longer sells has no effect (R22).
_MATCH_ALIASES = """
    SELECT keys.place, a.product_id, n.brand, n.mpn, n.name
    FROM {keys:text}
    CROSS JOIN aliases AS a
    CROSS JOIN products AS n
    WHERE a.dealer_id = :dealer AND a.manufacturer_id = :manufacturer AND a.key = keys.value {collate}
      AND n.id = a.product_id AND EXISTS (
          SELECT 1 FROM part_numbers AS p
          WHERE p.product_id = a.product_id AND p.manufacturer_id = a.manufacturer_id
      )
"""

_ALIASES_OF_PRODUCTS = """
    SELECT a.product_id, a.key
    FROM {products:bigint}
    CROSS JOIN aliases AS a
    WHERE a.dealer_id = :dealer AND a.manufacturer_id = :manufacturer AND a.product_id = products.value
"""

_SUGGEST = """
    SELECT keys.value, min(p.part_number)
    FROM {keys:text}
    CROSS JOIN part_numbers AS p
    WHERE p.manufacturer_id = :manufacturer AND p.{column} = keys.value {collate}
    GROUP BY keys.value
"""

_SUGGEST_BY_UPC = """
    SELECT keys.value, min(p.part_number)
    FROM {keys:text}
    CROSS JOIN products AS n
    CROSS JOIN part_numbers AS p
    WHERE n.upc = keys.value {collate} AND p.product_id = n.id AND p.manufacturer_id = :manufacturer
    GROUP BY keys.value
"""


class Catalog:
    """The catalog as one code's mappings see it. All lookups are set-based.

    `aliases_of` is the dealer whose aliases count besides the manufacturers' own part numbers (R22), if any.
    """

    def __init__(
        self, connection: Connection, manufacturer_ids: Sequence[int], aliases_of: int | None = None
    ) -> None:
        self._connection = connection
        self._manufacturer_ids = manufacturer_ids
        self._aliases_of = aliases_of
        self._collate = 'COLLATE "C"' if connection.dialect.name == "postgresql" else ""

    @classmethod
    def of(cls, context: CodeContext) -> Catalog:
        """Return the catalog of a code's mappings, with the dealer's aliases."""
        numbers = [mapping.manufacturer_id for mapping in context.mappings]
        return cls(context.connection, numbers, context.dealer_id if context.has_aliases else None)

    def match(self, manufacturer_id: int, keys: Sequence[str]) -> Sequence[Hit]:
        """Return the product of each key that the manufacturer sells, or else that an alias stands for."""
        statement = _MATCH.replace("{collate}", self._collate)
        hits: list[Hit] = []
        for first in range(0, len(keys), sql.BATCH):
            batch = list(keys[first : first + sql.BATCH])
            rows = sql.rows(self._connection, statement, keys=batch, manufacturer=manufacturer_id)
            # The columns are the fields of a hit.
            hits += [Hit(first + row[0], *row[1:]) for row in rows] if first else rows
            if self._aliases_of is not None:
                found = {row[0] for row in rows}
                missing = [place for place in range(len(batch)) if place not in found]
                hits += self._match_aliases(manufacturer_id, keys, [first + place for place in missing])
        return hits

    def _match_aliases(self, manufacturer_id: int, keys: Sequence[str], places: list[int]) -> Iterator[Hit]:
        """Yield the products that aliases name for the keys at these places."""
        statement = _MATCH_ALIASES.replace("{collate}", self._collate)
        missing = [keys[place] for place in places]
        for place, *product in self._of_dealer(statement, manufacturer_id, keys=missing) if missing else ():
            yield Hit(places[place], *product)

    def _of_dealer(self, statement: str, manufacturer_id: int, **lists: list[Any]) -> Sequence[Any]:
        dealer = {"dealer": self._aliases_of, "manufacturer": manufacturer_id}
        return sql.rows(self._connection, statement, **dealer, **lists)

    def keys_of(self, manufacturer_id: int, product_ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield every key under which the manufacturer sells the products, with the product's id.

        With those of the dealer's aliases.
        """
        for batch in sql.batches(product_ids):
            found = sql.rows(
                self._connection, _KEYS_OF_PRODUCTS, products=list(batch), manufacturer=manufacturer_id
            )
            yield from ((product_id, key) for product_id, key in found)
            if self._aliases_of is not None:
                aliases = self._of_dealer(_ALIASES_OF_PRODUCTS, manufacturer_id, products=list(batch))
                yield from ((product_id, key) for product_id, key in aliases)

    def numbers_by_key(self, keys: Collection[str]) -> dict[str, str]:
        """Return the part number of each key that one of the manufacturers sells."""
        return self._numbers(_SUGGEST.replace("{column}", "key"), keys)

    def numbers_by_bare_key(self, bare_keys: Collection[str]) -> dict[str, str]:
        """Return the first part number of each key without punctuation."""
        return self._numbers(_SUGGEST.replace("{column}", "bare_key"), bare_keys)

    def numbers_by_upc(self, upcs: Collection[str]) -> dict[str, str]:
        """Return the first part number of each UPC, spelled as in the catalog."""
        return self._numbers(_SUGGEST_BY_UPC, upcs)

    def _numbers(self, statement: str, keys: Collection[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        statement = statement.replace("{collate}", self._collate)
        for batch in sql.batches(sorted(keys)):
            for manufacturer_id in self._manufacturer_ids:
                rows = sql.rows(self._connection, statement, keys=list(batch), manufacturer=manufacturer_id)
                for key, number in rows:
                    found[key] = min(found.get(key, number), number)
        return found
