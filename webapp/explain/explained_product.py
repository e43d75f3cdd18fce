"""What is known of a product of an explained part (R23). Pure; prices are in cents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from webapp.pulls.entries import Blocked


@dataclass(frozen=True)
class Seller:
    """A manufacturer that sells a product under a part number; `is_mapped` if the dealer has a code of it."""

    manufacturer_id: int
    manufacturer: str
    catalog: str
    product_id: int
    part_number: str
    key: str
    is_mapped: bool


@dataclass(frozen=True)
class ContributedPart:
    """A reported part of a contribution, with its price if a guard blocks it (R27)."""

    part_number: str
    quantity: int
    is_kept: bool
    blocked: Blocked | None = None


@dataclass(frozen=True)
class Contribution:
    """Shelf stock of one code for a product, in the order that decides about the price (R16).

    `pricing` is None if the code is no longer in the list. `withheld` are pieces that guards hold back (R27).
    `retained` is the quantity of parts that are no
    longer reported, and `is_held` whether a held clearing of the code waits for a decision.
    `is_frozen`: updates leave it as it is (R26).
    """

    code: str
    code_key: str
    manufacturer_id: int
    manufacturer: str
    quantity: int
    sale_price_cents: int | None
    lead_time_days: int
    pricing: str | None
    run_id: int | None
    changed_at: datetime | None
    parts: tuple[ContributedPart, ...]
    withheld: int
    retained: int
    is_held: bool
    is_frozen: bool
    sets_price: bool


@dataclass(frozen=True)
class ProductChange:
    """A change of a product's stock under one code; `why` is a key of `run_changes.WHY`.

    `before` figures are None if there was no stock, `run_id` for changes outside of runs.
    """

    at: datetime
    run_id: int | None
    why: str
    code: str
    quantity_before: int | None
    quantity: int
    sale_price_cents_before: int | None
    sale_price_cents: int | None
    lead_time_days_before: int | None
    lead_time_days: int


@dataclass(frozen=True)
class ExplainedLock:
    """A lock on a product in words; `last_day` is None without an end, `owner` if a command set it (R28).

    `unlocked` are the product's figures without it: None if it never had stock.
    """

    figures: str
    is_hidden: bool
    reason: str
    owner: str | None
    set_at: datetime
    last_day: str | None
    unlocked: tuple[int, int | None, int | None] | None


@dataclass(frozen=True)
class ExplainedProduct:
    """A product that the part is, or may be. Figures are None if it never had shelf stock.

    `index` is `same` if the webstore's search index has the figures, `waiting` if it will soon, `hidden` if a
    lock keeps it out, and `none` for a product that never had stock. `has_all_changes` unless there was too
    much to look at.
    """

    product_id: int
    catalog: str
    brand: str
    mpn: str
    name: str
    shelf_quantity: int | None
    sale_price_cents: int | None
    lead_time_days: int | None
    sellers: tuple[Seller, ...]
    contributions: tuple[Contribution, ...]
    changes: tuple[ProductChange, ...]
    has_all_changes: bool
    index: str
    lock: ExplainedLock | None = None
