"""Resolves candidates of skipped parts to the products that they stand for (R12, R22)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import select

from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.matching.aliases import NewAlias
from webapp.models import PartNumber, Product, SupplierCode

# Part numbers of one query.
_BATCH = 500


class Target(NamedTuple):
    """A product under a manufacturer's part number."""

    manufacturer_id: int
    part_number: str
    product_id: int
    brand: str
    mpn: str
    name: str


class Targets:
    """The products that part numbers stand for, under the manufacturers of the dealer's codes."""

    def __init__(self, dealer_id: int, numbers: Iterable[str]) -> None:
        self._manufacturers = manufacturers_by_code(dealer_id)
        wanted = {number for numbers in self._manufacturers.values() for number in numbers}
        self._found: dict[str, dict[int, Target]] = defaultdict(dict)
        keys = sorted({key_of(number) for number in numbers} - {""})
        for first in range(0, len(keys), _BATCH):
            for key, target in _targets(wanted, keys[first : first + _BATCH]):
                self._found[key][target.manufacturer_id] = target

    def of(self, code_key: str, number: str) -> list[Target]:
        """Return what a number stands for under the manufacturers of a code, in the order of its mappings."""
        found = self._found.get(key_of(number), {})
        return [found[each] for each in self._manufacturers.get(code_key, ()) if each in found]


def manufacturers_by_code(dealer_id: int) -> dict[str, list[int]]:
    """Return the manufacturers of each of the dealer's codes, in the order of the mappings."""
    query = select(SupplierCode.code_key, SupplierCode.manufacturer_id)
    query = query.where(SupplierCode.dealer_id == dealer_id)
    found: dict[str, list[int]] = defaultdict(list)
    for code_key, manufacturer_id in db.session.execute(
        query.order_by(SupplierCode.position, SupplierCode.id)
    ):
        found[code_key].append(manufacturer_id)
    return found


def aliases_for(targets: Iterable[Target], part_number: str, kind: str) -> list[NewAlias]:
    """Return the aliases that make a part number match these products."""
    return [
        NewAlias(target.manufacturer_id, part_number, target.product_id, target.part_number, kind)
        for target in targets
    ]


def _targets(manufacturer_ids: set[int], keys: list[str]) -> Iterable[tuple[str, Target]]:
    query = (
        select(
            PartNumber.key,
            PartNumber.manufacturer_id,
            PartNumber.part_number,
            Product.id,
            Product.brand,
            Product.mpn,
            Product.name,
        )
        .join(Product, Product.id == PartNumber.product_id)
        .where(PartNumber.manufacturer_id.in_(manufacturer_ids), PartNumber.key.in_(keys))
    )
    for row in db.session.execute(query):
        yield row[0], Target(*row[1:])
