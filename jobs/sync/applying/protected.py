"""Products of slow movers that keep their quantity when stock is cleared (R30)."""

from __future__ import annotations

from typing import Final

from jobs.sync.applying import sql
from jobs.sync.applying.catalog import Catalog
from jobs.sync.applying.context import CodeContext
from jobs.sync.applying.matching import Pair

_PROTECTED: Final = """
    SELECT m.key FROM slow_mover_codes AS c
    JOIN slow_movers AS m ON m.dealer_id = c.dealer_id AND m.code_key = c.code_key
    WHERE c.dealer_id = :dealer AND c.code_key = :code AND c.is_protected AND m.changed_on < :since
    ORDER BY m.key
"""


def pairs(context: CodeContext, catalog: Catalog) -> frozenset[Pair]:
    """Return the products of the code's protected slow movers, with the manufacturers that sell them (R12).

    Only parts that are too old to be reported count (R9): any other that is absent was sold.
    """
    if not context.clears:
        return frozenset()
    rows = sql.rows(
        context.connection,
        _PROTECTED,
        dealer=context.dealer_id,
        code=context.code_key,
        since=context.expected.since.date().isoformat(),
    )
    keys = [row.key for row in rows]
    return frozenset(
        (mapping.manufacturer_id, hit.product_id)
        for mapping in (context.mappings if keys else ())
        for hit in catalog.match(mapping.manufacturer_id, keys)
    )
