"""Queries for the complete pulls that a new pull of a code is compared with (R10, R14).

The reported parts and matches of each code's last complete pull stay in the database until the next one is
applied. All queries run within the transaction that applies a code.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import text

from jobs.sync.rules import NO_PART_NUMBER, UNREADABLE
from webapp.extensions import db

_PREVIOUS: Final = """
    SELECT max(i.id)
    FROM runs AS run
    JOIN run_items AS i ON i.run_id = run.id AND i.code_key = :code
    WHERE run.dealer_id = :dealer AND i.status = 'succeeded' AND i.id <> :item
"""

_MOMENT: Final = """
    SELECT coalesce(run.retry_of_id, run.id)
    FROM run_items AS i
    JOIN runs AS run ON run.id = i.run_id
    WHERE i.id = :item
"""

# Rows that may be any part of the code: they have no part number, and may be in stock.
_UNNAMED: Final = f"""
    SELECT count(*) FROM reported_parts
    WHERE run_item_id = :item AND key = '' AND reason IN ('{UNREADABLE}', '{NO_PART_NUMBER}')
      AND coalesce(quantity, 1) > 0
"""  # noqa: S608 # nosec B608 - our names

_SIBLINGS: Final = """
    SELECT max(i.id)
    FROM runs AS run
    JOIN run_items AS i ON i.run_id = run.id
    WHERE run.dealer_id = :dealer AND i.status = 'succeeded' AND i.code_key <> :code
      AND i.code_key IN (
          SELECT c.code_key FROM supplier_codes AS c
          WHERE c.dealer_id = :dealer
            AND c.manufacturer_id IN (SELECT manufacturer_id FROM run_mappings WHERE run_item_id = :item)
      )
    GROUP BY i.code_key
"""

_IS_SHARED: Final = """
    SELECT 1 FROM supplier_codes AS c
    WHERE c.dealer_id = :dealer AND c.code_key <> :code
      AND c.manufacturer_id IN (SELECT manufacturer_id FROM run_mappings WHERE run_item_id = :item)
    LIMIT 1
"""


class Pull(NamedTuple):
    """Complete pull of a code.

    `moment` is the id of its run, or of the run that it retried: pulls of several codes with the same moment
    count as simultaneous. `unnamed` counts the rows that may be any part.
    """

    item_id: int
    moment: int
    unnamed: int

    @classmethod
    def of(cls, item_id: int) -> Pull:
        """Return the pull of an item."""
        key = {"item": item_id}
        moment, unnamed = db.session.scalar(text(_MOMENT), key), db.session.scalar(text(_UNNAMED), key)
        return cls(item_id, int(moment or 0), int(unnamed or 0))


def previous(key: dict[str, Any]) -> Pull | None:
    """Return the last complete pull of the same code before this item's."""
    item_id = db.session.scalar(text(_PREVIOUS), {name: key[name] for name in ("dealer", "code", "item")})
    return None if item_id is None else Pull.of(item_id)


def is_shared(key: dict[str, Any]) -> bool:
    """Return whether another code of the dealer maps to one of the item's manufacturers."""
    parameters = {name: key[name] for name in ("dealer", "code", "item")}
    return db.session.scalar(text(_IS_SHARED), parameters) is not None


def of_siblings(key: dict[str, Any]) -> list[int]:
    """Return the item with the last complete pull of each other code that shares a manufacturer."""
    parameters = {name: key[name] for name in ("dealer", "code", "item")}
    return [int(item_id) for item_id in db.session.scalars(text(_SIBLINGS), parameters)]
