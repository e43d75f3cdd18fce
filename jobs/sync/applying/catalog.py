"""Looks up part numbers in the catalog: matches, candidates, and the other numbers of a product (R12)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy.engine import Connection

from jobs.sync.applying import sql

# The number of leading zeros that may be missing.
MOST_ZEROS = 6


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
    """The catalog as one code's mappings see it. All lookups are set-based."""

    def __init__(self, connection: Connection, manufacturer_ids: Sequence[int]) -> None:
        self._connection = connection
        self._manufacturer_ids = manufacturer_ids
        self._collate = 'COLLATE "C"' if connection.dialect.name == "postgresql" else ""

    def match(self, manufacturer_id: int, keys: Sequence[str]) -> Iterator[Hit]:
        """Yield the product of each key that the manufacturer sells."""
        statement = _MATCH.replace("{collate}", self._collate)
        for first in range(0, len(keys), sql.BATCH):
            batch = list(keys[first : first + sql.BATCH])
            for place, *product in sql.rows(
                self._connection, statement, keys=batch, manufacturer=manufacturer_id
            ):
                yield Hit(first + place, *product)

    def keys_of(self, manufacturer_id: int, product_ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield every key under which the manufacturer sells the products, with the product's id."""
        for batch in sql.batches(product_ids):
            found = sql.rows(
                self._connection, _KEYS_OF_PRODUCTS, products=list(batch), manufacturer=manufacturer_id
            )
            yield from ((product_id, key) for product_id, key in found)

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


def with_zeros(bare_key: str) -> Iterable[str]:
    """Return a key without its leading zeros, and with up to six of them."""
    stripped = bare_key.lstrip("0")
    return [("0" * zeros) + stripped for zeros in range(MOST_ZEROS + 1)] if stripped else []


def without_zeros(gtin: str) -> Iterable[str]:
    """Return the spellings of a 14-digit GTIN with up to six leading zeros left out."""
    zeros = min(MOST_ZEROS, len(gtin) - len(gtin.lstrip("0")))
    return [gtin[left_out:] for left_out in range(zeros + 1)]
