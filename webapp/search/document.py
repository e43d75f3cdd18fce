"""Webstore document of one product (R16)."""

from __future__ import annotations

from typing import Final, NamedTuple

SEPARATOR: Final = "\n"


class Document(NamedTuple):
    """One product of one dealer. The price is in cents; price and lead time are None if out of stock.

    `part_numbers` are those under which the product is sold besides its MPN, one per line.
    """

    dealer_id: int
    product_id: int
    catalog: str
    brand: str
    mpn: str
    name: str
    shelf_quantity: int
    sale_price_cents: int | None
    lead_time_days: int | None
    part_numbers: str

    @property
    def key(self) -> tuple[int, int]:
        return self.dealer_id, self.product_id

    @property
    def numbers(self) -> list[str]:
        """Return the MPN and every other part number."""
        return [self.mpn, *self.part_numbers.split(SEPARATOR)] if self.part_numbers else [self.mpn]
