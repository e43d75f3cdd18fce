"""Shelf stock of one code for one product, and where it is."""

from __future__ import annotations

from typing import NamedTuple


class Stock(NamedTuple):
    """Shelf stock of one code for one product."""

    quantity: int
    sale_price_cents: int | None
    lead_time_days: int


class StockKey(NamedTuple):
    """Where stock is: a product of a manufacturer under a supplier code."""

    product_id: int
    manufacturer_id: int
    code_key: str
