"""Parts of a stored pull as reported, each with its result, and their compressed form. Pure."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec
from isal import isal_zlib

# Fields of a part as reported, by position. A record that could not be decoded has only its part number.
PART_NUMBER: Final = 0
SUPPLIER_CODE: Final = 1
DESCRIPTION: Final = 2
ON_HAND: Final = 3
AVAILABLE: Final = 4
RETAIL: Final = 5
CURRENT_ACTIVE: Final = 6
UPC: Final = 7
SUPERSEDED_TO: Final = 8
LAST_UPDATED: Final = 9
# Rows stored by earlier versions have none.
COST: Final = 10

# PostgreSQL cannot index longer text. Real part numbers are much shorter.
MAX_PART_NUMBER: Final = 200
MAX_DESCRIPTION: Final = 500
MAX_QUANTITY_TEXT: Final = 50

RawPart = tuple[Any, ...]

# Of 0 to 3: the smallest and the fastest here.
_LEVEL: Final = 1


class Blocked(NamedTuple):
    """A price that a guard blocked (R27): `kind` as in webapp/guards/rules.py, the price and its limit."""

    kind: str
    cents: int
    limit_cents: int | None = None


class Match(msgspec.Struct, array_like=True, gc=False):
    """A product that a part updates, or whose quantity it keeps (R10, R12).

    `prefix` is the beginning of the line in the inventory report, and `shelf_quantity`, `sale_price_cents`
    and `lead_time_days` are the code's stock of the product. `is_price_left`: it is the product's first part,
    and has no price although the code has pricing (R15). `withheld` are pieces of the product that guards
    keep off the webstore, and `blocked` is the price that they block; both are the first part's (R27).
    `frozen_quantity`: a freeze kept the product as it is, and this is what the part contributes to it (R26).
    """

    manufacturer_id: int
    product_id: int
    prefix: str = ""
    kept_quantity: int | None = None
    shelf_quantity: int = 0
    sale_price_cents: int | None = None
    lead_time_days: int = 0
    is_price_left: bool = False
    withheld: int = 0
    blocked: Blocked | None = None
    frozen_quantity: int | None = None


class Entry(msgspec.Struct, array_like=True, gc=False):
    """A part as reported, with its result. `reason` is None for an applied part.

    `changed` is the date of its last change in ISO form, of parts that are usable.
    """

    key: str
    raw: RawPart
    reason: str | None
    quantity: int | None
    changed: str | None = None
    retail_cents: int | None = None
    current_active_cents: int | None = None
    matches: list[Match] = []
    candidate: str | None = None
    candidate_by: str | None = None

    @property
    def part_number(self) -> str:
        return (self.raw[PART_NUMBER] or "").strip()[:MAX_PART_NUMBER]

    @property
    def description(self) -> str | None:
        if self.is_undecoded:
            return None
        return (self.raw[DESCRIPTION] or "").strip()[:MAX_DESCRIPTION] or None

    @property
    def is_undecoded(self) -> bool:
        return len(self.raw) == 1

    def quantity_text(self, quantity_column: str) -> str | None:
        """Return the reported text of a quantity that is not usable; None if it is, or there is none."""
        if self.quantity is not None or self.is_undecoded:
            return None
        reported = self.raw[ON_HAND if quantity_column == "on_hand" else AVAILABLE]
        return None if reported is None else str(reported)[:MAX_QUANTITY_TEXT]


_encode_entries = msgspec.msgpack.Encoder().encode
_decode_entries = msgspec.msgpack.Decoder(list[Entry]).decode


def pack(entries: list[Entry]) -> bytes:
    """Return the compressed form of a block's entries."""
    return isal_zlib.compress(_encode_entries(entries), _LEVEL)


def unpack(body: bytes) -> list[Entry]:
    """Return the entries of a block."""
    return _decode_entries(isal_zlib.decompress(body))
