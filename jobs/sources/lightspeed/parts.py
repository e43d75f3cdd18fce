"""Decoder of one page of parts, in which a bad record does not affect the others.

Pure: no network, no clock. Field names in JSON are those of docs/lightspeed-3pa.md, Part.
"""

from dataclasses import dataclass
from functools import cached_property

import msgspec
from msgspec.structs import astuple

from jobs.sources.lightspeed import lenient_json, size_limits
from jobs.sources.source import STORED_VALUES, PartValues, Unreadable
from jobs.sources.values import Number

__all__ = [
    "DecodedPage",
    "EmptyBody",
    "NotAnArray",
    "NotJson",
    "PageFault",
    "Part",
    "TooLarge",
    "TruncatedBody",
    "Unreadable",
    "decode_page",
]


class Part(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One record as received: text not trimmed, numbers as number or text.

    A field that is absent, null, or neither text nor a number is `None`. Text is safe to store: without
    control characters (except tab and line breaks), bidirectional controls and lone surrogates.
    """

    # Those that are stored come first, in the order of `values_of`: they are read all at once.
    part_number: str | None = msgspec.field(name="PartNumber", default=None)
    supplier_code: str | None = msgspec.field(name="SupplierCode", default=None)
    description: str | None = msgspec.field(name="Description", default=None)
    on_hand: Number = msgspec.field(name="OnHand", default=None)
    avail: Number = msgspec.field(name="Avail", default=None)
    retail: Number = msgspec.field(name="Retail", default=None)
    current_active_price: Number = msgspec.field(name="CurrentActivePrice", default=None)
    upc: str | None = msgspec.field(name="UPC", default=None)
    superseded_to: str | None = msgspec.field(name="SupersededTo", default=None)
    last_updated: str | None = msgspec.field(name="lastupdatedate", default=None)
    cost: Number = msgspec.field(name="Cost", default=None)
    cmf: str | None = msgspec.field(name="Cmf", default=None)
    date_gathered: str | None = msgspec.field(name="DateGathered", default=None)
    last_sold: str | None = msgspec.field(name="LastSoldDate", default=None)


@dataclass(frozen=True)
class DecodedPage:
    """The parts of one page, its unreadable records, and the number of rows (the sum of both)."""

    parts: list[Part]
    unreadable: list[Unreadable]
    received: int

    @cached_property
    def values(self) -> list[PartValues]:
        """The values of the parts, read once for all who need them."""
        return [astuple(part)[:STORED_VALUES] for part in self.parts]


class PageFault(ValueError):
    """A response that cannot be decoded as a page of parts."""


class EmptyBody(PageFault):
    """The body is empty."""


class NotJson(PageFault):
    """The body is not JSON, for example a web page."""


class TruncatedBody(PageFault):
    """The JSON array is cut off."""


class TooLarge(PageFault):
    """The body exceeds the limits of a page (size_limits.py)."""


class NotAnArray(PageFault):
    """The body is JSON but not an array, for example an error message."""


_decoder = msgspec.json.Decoder(list[Part])

_WIRE_NAMES = {field.name: field.encode_name for field in msgspec.structs.fields(Part)}
_NUMBERS = frozenset({"on_hand", "avail", "retail", "current_active_price", "cost"})


def decode_page(body: bytes) -> DecodedPage:
    """Decode the body of a Part response; raises a `PageFault` unless it is an array of records."""
    if size_limits.is_too_large(body):
        raise TooLarge("the response is too large")
    parts = _decode_clean(body)
    if parts is not None:
        return DecodedPage(parts, [], len(parts))
    records = _records(body)
    parts, unreadable = [], []
    for position, record in enumerate(records):
        if not isinstance(record, dict):
            unreadable.append(Unreadable(position, "not a record"))
        elif not {"PartNumber", "SupplierCode"} & record.keys():
            reason = "neither a part number nor a supplier code"
            unreadable.append(Unreadable(position, reason, cmf=lenient_json.text(record.get("Cmf"))))
        else:
            parts.append(_part(record))
    return DecodedPage(parts, unreadable, len(records))


def _decode_clean(body: bytes) -> list[Part] | None:
    """Decode a clean page, several times faster than record by record; `None` if the page is not clean."""
    if lenient_json.needs_cleaning(body):
        return None
    try:
        parts = _decoder.decode(body)
    except (ValueError, RecursionError):
        return None
    if None in [part.part_number for part in parts] and any(
        part.part_number is None and part.supplier_code is None for part in parts
    ):
        return None  # null values or missing keys: only the raw record can distinguish them
    return parts


def _records(body: bytes) -> list[object]:
    text = lenient_json.text_of(body)
    if not text:
        raise EmptyBody("the response is empty")
    try:
        records = lenient_json.json_of(text)
    except (ValueError, RecursionError):
        if text.startswith("[") and not text.endswith("]"):
            raise TruncatedBody("the response is truncated") from None
        raise NotJson("the response is not JSON") from None
    if not isinstance(records, list):
        raise NotAnArray("the response is not an array")
    if len(records) > size_limits.MOST_RECORDS:
        raise TooLarge("the response has too many records")
    return records


def _part(record: dict[str, object]) -> Part:
    """Build a part from a record whose values may be of any type."""
    fields = {
        name: (lenient_json.number if name in _NUMBERS else lenient_json.text)(record.get(wire_name))
        for name, wire_name in _WIRE_NAMES.items()
    }
    return Part(**fields)  # type: ignore[arg-type]
