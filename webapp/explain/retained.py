"""Quantities of parts that their codes no longer report (R14)."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select

from webapp.extensions import db
from webapp.models import RetainedPart


class Retained(NamedTuple):
    """A part that is no longer reported, with what it still contributes to a product."""

    code_key: str
    manufacturer_id: int
    product_id: int
    quantity: int


def read(
    dealer_id: int, code_keys: Collection[str], manufacturer_ids: Collection[int], keys: Collection[str]
) -> list[Retained]:
    """Return the retained parts with these numbers; all columns of the table's key are given."""
    if not (code_keys and manufacturer_ids and keys):
        return []
    columns = RetainedPart.code_key, RetainedPart.manufacturer_id, RetainedPart.product_id
    query = select(*columns, RetainedPart.quantity).where(
        RetainedPart.dealer_id == dealer_id,
        RetainedPart.code_key.in_(sorted(code_keys)),
        RetainedPart.manufacturer_id.in_(sorted(manufacturer_ids)),
        RetainedPart.key.in_(sorted(keys)),
    )
    return [Retained(*row) for row in db.session.execute(query)]
