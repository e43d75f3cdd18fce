"""What an import of aliases would change, for display: the list, and skipped parts that it matches (R22)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import select

from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.matching.aliases import PlannedAlias
from webapp.matching.candidates import manufacturers_by_code
from webapp.matching.csv_files import Plan
from webapp.matching.skipped_rows import UNMATCHED, SkippedRow, skipped_rows
from webapp.models import Dealer, Manufacturer, Product

# Aliases that the preview names.
NAMED: Final = 200


class ShownAlias(NamedTuple):
    """A planned alias with its product. `old_number` is the catalog's number that it stood for before."""

    part_number: str
    target_number: str
    old_number: str | None
    product: Product
    manufacturer: str


@dataclass(frozen=True)
class ImportPreview:
    """A plan with its first aliases. `parts`, `units` and `cents` are of skipped parts that it matches."""

    plan: Plan
    shown: Sequence[ShownAlias]
    parts: int
    units: int
    cents: int

    @classmethod
    def of(cls, dealer: Dealer, plan: Plan) -> ImportPreview:
        """Return the preview of a plan."""
        rows = _matched(dealer.id, plan.planned)
        units, cents = sum(row.units for row in rows), sum(row.value_cents for row in rows)
        return cls(plan, _shown(plan.planned[:NAMED]), len(rows), units, cents)


def _shown(planned: Sequence[PlannedAlias]) -> list[ShownAlias]:
    product_ids = {alias.product_id for alias, _ in planned}
    makers = {alias.manufacturer_id for alias, _ in planned}
    products = {row.id: row for row in db.session.scalars(select(Product).where(Product.id.in_(product_ids)))}
    query = select(Manufacturer.id, Manufacturer.name).where(Manufacturer.id.in_(makers))
    names = {row.id: row.name for row in db.session.execute(query)}
    return [
        ShownAlias(
            alias.part_number,
            alias.target_number,
            before.target_number if before else None,
            products[alias.product_id],
            names[alias.manufacturer_id],
        )
        for alias, before in planned
    ]


def _matched(dealer_id: int, planned: Sequence[PlannedAlias]) -> list[SkippedRow]:
    """Return the skipped parts that match a product once the aliases are added."""
    keys = {(alias.manufacturer_id, key_of(alias.part_number)) for alias, _ in planned}
    makers = {maker for maker, _ in keys}
    codes = {code: found for code, found in manufacturers_by_code(dealer_id).items() if makers & set(found)}
    return [
        row
        for row in (skipped_rows(dealer_id, codes) if codes else ())
        if row.reason == UNMATCHED and any((maker, row.key) in keys for maker in codes[row.code_key])
    ]
