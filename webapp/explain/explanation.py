"""What is known of one part, from Lightspeed's row to the webstore (R23). Pure; prices are in cents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from webapp.explain.explained_product import ExplainedProduct, Seller


@dataclass(frozen=True)
class Mapping:
    """A supplier code of the dealer's list, with its last change if known."""

    code: str
    code_key: str
    manufacturer_id: int
    manufacturer: str
    catalog: str
    lead_time_days: int
    pricing: str
    changed_at: datetime | None = None
    changed_by: str | None = None


@dataclass(frozen=True)
class Match:
    """A product that a reported part updates; `kept_quantity` is what an unusable row keeps (R10)."""

    manufacturer_id: int
    product_id: int
    kept_quantity: int | None


@dataclass(frozen=True)
class ReportedPart:
    """A part in the last complete pull of a code; `row` are its fields, by Lightspeed's names.

    `reason` is None if the part was synced, else a key of `skipped_reasons.REASONS`. `ignored_by` is the user
    who ignores the skipped part, if one does. `rejected` are candidates that users rejected before this one.
    `held_in` is the run of a later pull of the code that is on hold as a whole (R27). `is_frozen`: stock of
    the code is left as it is (R26).
    """

    code: str
    code_key: str
    is_mapped: bool
    run_id: int | None
    received_at: datetime | None
    part_number: str
    description: str | None
    row: dict[str, str]
    quantity_column: str
    quantity: int | None
    retail_cents: int | None
    current_active_cents: int | None
    reason: str | None
    candidate: str | None
    candidate_by: str | None
    matches: tuple[Match, ...]
    ignored_by: str | None = None
    ignored_why: str = ""
    rejected: tuple[str, ...] = ()
    held_in: int | None = None
    is_frozen: bool = False


@dataclass(frozen=True)
class SlowPart:
    """A part in stock that is too old for updates, as counted at a time (R30)."""

    quantity: int
    changed_on: date
    is_protected: bool
    counted_at: datetime | None


@dataclass(frozen=True)
class AbsentPart:
    """A code that could have the part, as it has the manufacturer, and whose last complete pull lacks it.

    `run_id` and `received_at` are None if the code was never received. `quantity` is what the shelf
    retains of the part (R14). `slow` is the part in Lightspeed if it is too old for updates.
    """

    code: str
    manufacturer: str
    run_id: int | None
    received_at: datetime | None
    quantity: int
    slow: SlowPart | None = None


@dataclass(frozen=True)
class UnmappedPart:
    """A part in stock under a code that is not mapped, as the scan at `seen_at` found it (R20).

    `is_stale`: a run would skip it, as it did not change in Lightspeed for a year, or has no date.
    """

    code: str
    part_number: str
    description: str
    on_hand: int
    available: int
    retail_cents: int
    is_stale: bool
    seen_at: datetime | None


@dataclass(frozen=True)
class KnownAlias:
    """A part number of the dealer's that stands for a product, which the manufacturer sells as another."""

    manufacturer_id: int
    product_id: int
    key: str
    part_number: str
    target_number: str
    created_at: datetime
    created_by: str | None


@dataclass(frozen=True)
class Upcoming:
    """When the part is looked at next: the dealer's active run, or the time of the next scheduled one."""

    run_id: int | None
    at: datetime | None


@dataclass(frozen=True)
class Explanation:
    """All that is known of a part number.

    `found_by` is `number`, `upc` or `mpn`, or `product` if a product was asked for. `mappings` are the
    supplier codes of the reported parts, and of manufacturers that sell the products.
    """

    number: str
    found_by: str
    description: str | None
    quantity_column: str
    reported: tuple[ReportedPart, ...]
    absent: tuple[AbsentPart, ...]
    unmapped: tuple[UnmappedPart, ...]
    mappings: tuple[Mapping, ...]
    sellers: tuple[Seller, ...]
    aliases: tuple[KnownAlias, ...]
    products: tuple[ExplainedProduct, ...]
    upcoming: Upcoming
    has_codes: bool

    @property
    def is_known(self) -> bool:
        """Return whether anything was found."""
        return bool(self.reported or self.unmapped or self.sellers or self.products)
