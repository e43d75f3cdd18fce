"""Parts of a stored pull as reported, each with its result, and their compressed form. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

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


class _Part:
    """What is read of a part's row."""

    __slots__ = ()

    if TYPE_CHECKING:
        quantity: int | None

        @property
        def raw(self) -> RawPart: ...

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


class Entry(msgspec.Struct, _Part, array_like=True, gc=False):
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
    def packed_row(self) -> msgspec.Raw:
        """The row in its encoded form."""
        return msgspec.Raw(_encode(self.raw))


class _StoredEntry(msgspec.Struct, _Part, array_like=True, gc=False):
    """An `Entry` of a stored pull, whose row is decoded only where it is asked for."""

    key: str
    packed_row: msgspec.Raw
    reason: str | None
    quantity: int | None
    changed: str | None = None
    retail_cents: int | None = None
    current_active_cents: int | None = None
    matches: list[Match] = []
    candidate: str | None = None
    candidate_by: str | None = None

    @property
    def raw(self) -> RawPart:
        return _decode_row(self.packed_row)


_encode = msgspec.msgpack.Encoder().encode
_decode_row = msgspec.msgpack.Decoder(RawPart).decode
_decode_packed = msgspec.msgpack.Decoder(list[msgspec.Raw]).decode
_decode_stored = msgspec.msgpack.Decoder(list[_StoredEntry]).decode
_decode_entries = msgspec.msgpack.Decoder(list[Entry]).decode


def pack(entries: list[Entry]) -> bytes:
    """Return the compressed form of a block's entries."""
    return isal_zlib.compress(_encode(entries), _LEVEL)


def unpack(body: bytes) -> list[Entry]:
    """Return the entries of a block."""
    return _decode_entries(isal_zlib.decompress(body))


def unpack_stored(body: bytes) -> list[Entry]:
    """Return the entries of a block, in half the time: their rows are decoded where they are asked for."""
    return cast(list[Entry], _decode_stored(isal_zlib.decompress(body)))


def packed_rows(rows: list[RawPart]) -> list[msgspec.Raw]:
    """Return the encoded form of each row, all at once."""
    return _decode_packed(_encode(rows))
