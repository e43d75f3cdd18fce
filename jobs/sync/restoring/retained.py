"""Keeps the retained parts of restored stock true (R14).

A retained part is one that the last complete pull of its code does not contain, while its quantity is on the
shelf. A restore takes such quantities away, and brings others back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy.engine import Connection

from jobs.sync.applying import keeping, sql
from jobs.sync.applying.approved_clearing import matched_products
from jobs.sync.applying.blocks import Blocks
from webapp.extensions import db
from webapp.models import Restore, Run, RunItem, StoredPull
from webapp.pulls.earlier_stock import Restoration

_LIMIT: Final = """
    UPDATE retained_parts SET quantity = :quantity
    WHERE dealer_id = :dealer AND code_key = :code AND manufacturer_id = :manufacturer
      AND product_id = :product AND quantity > :quantity
"""

_FORGET: Final = """
    DELETE FROM retained_parts
    WHERE dealer_id = :dealer AND code_key = :code AND quantity = 0
"""

# The part numbers under which the manufacturer sells a product, and the dealer's own (R22).
_KEYS: Final = """
    SELECT n.manufacturer_id, n.product_id, n.key
    FROM {products:bigint}
    CROSS JOIN part_numbers AS n
    WHERE n.product_id = products.value
    UNION
    SELECT a.manufacturer_id, a.product_id, a.key
    FROM {products:bigint}
    CROSS JOIN aliases AS a
    WHERE a.dealer_id = :dealer AND a.product_id = products.value
"""

_RETAINED: Final = """
    SELECT manufacturer_id, product_id FROM retained_parts WHERE dealer_id = :dealer AND code_key = :code
"""


def settle(run: Run, item: RunItem, found: Sequence[Restoration]) -> None:
    """Retain what is back on the shelf and not in the code's pull, and forget what is no longer there."""
    if not found:
        return
    connection, own = db.session.connection(), {"dealer": run.dealer_id, "code": item.code_key}
    limits = [
        {
            **own,
            "manufacturer": row.place.manufacturer_id,
            "product": row.place.product_id,
            "quantity": row.quantity,
        }
        for row in found
    ]
    for batch in sql.batches(limits):
        connection.execute(sql.plain(_LIMIT), batch)
    sql.execute(connection, _FORGET, **own)
    _retain(connection, run, item, [row for row in found if row.quantity > 0])


def _retain(connection: Connection, run: Run, item: RunItem, found: Sequence[Restoration]) -> None:
    """Retain stock without a part in the stored pull, under each number that the part may have.

    Its code reported it last before the run to which the stock is restored: of two codes that had the part,
    the one that began with it in that run, or later, is the one that it moved to. A part that has moved since
    is known to have been reported by the other code after this one, which may have begun long before.
    """
    if not found:
        return
    matched = matched_products(Blocks(connection, run.dealer_id, item.code_key))
    rows = sql.rows(connection, _RETAINED, dealer=run.dealer_id, code=item.code_key)
    known = {tuple(row) for row in rows}
    restored = {(row.place.manufacturer_id, row.place.product_id): row.quantity for row in found}
    missing = {
        pair: quantity for pair, quantity in restored.items() if pair not in known and pair not in matched
    }
    moved = {(row.place.manufacturer_id, row.place.product_id) for row in found if row.has_moved}
    values = _values(run, item) if missing else {}
    for batch in sql.batches(sorted({product_id for _, product_id in missing})):
        keys = sql.rows(connection, _KEYS, products=list(batch), dealer=run.dealer_id)
        parts = [
            {
                **values,
                "manufacturer": row.manufacturer_id,
                "key": row.key,
                "product": row.product_id,
                "quantity": missing[row.manufacturer_id, row.product_id],
                **({"last": 0} if (row.manufacturer_id, row.product_id) in moved else {}),
            }
            for row in keys
            if (row.manufacturer_id, row.product_id) in missing
        ]
        if parts:
            connection.execute(sql.plain(keeping.RETAIN), parts)


def _values(run: Run, item: RunItem) -> dict[str, Any]:
    restore = db.session.get_one(Restore, run.id)
    before = db.session.get(Run, restore.before_run_id)
    moment = before.retry_of_id or before.id if before is not None else restore.before_run_id
    stored = db.session.get(StoredPull, (run.dealer_id, item.code_key))
    return {
        "dealer": run.dealer_id,
        "code": item.code_key,
        "last": moment - 1,
        "unnamed": stored.unnamed if stored is not None else 0,
    }
