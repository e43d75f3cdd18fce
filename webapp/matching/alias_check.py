"""Notes which aliases have no effect any more, after a change of the catalog (R22)."""

from __future__ import annotations

from typing import Final

from sqlalchemy import text
from sqlalchemy.engine import Connection

_FAULT: Final = """
    CASE
        WHEN EXISTS (
            SELECT 1 FROM part_numbers AS p
            WHERE p.manufacturer_id = aliases.manufacturer_id AND p.key = aliases.key
        ) THEN 'matches_itself'
        WHEN NOT EXISTS (
            SELECT 1 FROM part_numbers AS p
            WHERE p.product_id = aliases.product_id AND p.manufacturer_id = aliases.manufacturer_id
        ) THEN 'target_gone'
    END
"""
_REFRESH: Final = """
    UPDATE aliases SET fault = {fault} WHERE coalesce(fault, '') <> coalesce({fault}, '')
"""


def refresh(connection: Connection) -> int:
    """Note the fault of each alias, or that it has none; return how many changed."""
    return max(0, connection.execute(text(_REFRESH.format(fault=_FAULT))).rowcount)
