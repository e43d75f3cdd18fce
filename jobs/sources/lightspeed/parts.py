"""What one page of parts says, read so that one bad record costs at most itself.

Pure: no network, no clock. The wire names are those of docs/lightspeed-3pa.md, Part.
"""

from dataclasses import dataclass

import msgspec

from jobs.sources.lightspeed import lenient_json, size_limits
from jobs.sources.source import Unreadable
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
    """One record as received: text untrimmed, numbers in whatever form they came.

    A field that is absent, null, or neither text nor a number is `None`. Text can be stored anywhere: it
    holds no NUL, other control character (save tab and line ends), turn of direction or half of a surrogate
    pair.
    """

    cmf: str | None = msgspec.field(name="Cmf", default=None)
    part_number: str | None = msgspec.field(name="PartNumber", default=None)
    supplier_code: str | None = msgspec.field(name="SupplierCode", default=None)
    description: str | None = msgspec.field(name="Description", default=None)
    on_hand: Number = msgspec.field(name="OnHand", default=None)
    avail: Number = msgspec.field(name="Avail", default=None)
    retail: Number = msgspec.field(name="Retail", default=None)
    current_active_price: Number = msgspec.field(name="CurrentActivePrice", default=None)
    upc: str | None = msgspec.field(name="UPC", default=None)
    superseded_to: str | None = msgspec.field(name="SupersededTo", default=None)
    secondary_part_number: str | None = msgspec.field(name="secondarypartnum", default=None)
    last_updated: str | None = msgspec.field(name="lastupdatedate", default=None)
    date_gathered: str | None = msgspec.field(name="DateGathered", default=None)


@dataclass(frozen=True)
class DecodedPage:
    """The parts of one page, its unreadable records, and how many rows came (both together)."""

    parts: list[Part]
    unreadable: list[Unreadable]
    received: int


class PageFault(ValueError):
    """An answer that is no page of parts at all."""


class EmptyBody(PageFault):
    """Nothing came."""


class NotJson(PageFault):
    """Something else than JSON came, a web page for example."""


class TruncatedBody(PageFault):
    """An array began and does not end."""


class TooLarge(PageFault):
    """More came than a page could ever be (bounds.py)."""


class NotAnArray(PageFault):
    """JSON came, but not the bare array that the service answers with: an error's text, for example."""


_decoder = msgspec.json.Decoder(list[Part])

_NAMES = {field.name: field.encode_name for field in msgspec.structs.fields(Part)}
_NUMBERS = frozenset({"on_hand", "avail", "retail", "current_active_price"})


def decode_page(body: bytes) -> DecodedPage:
    """Read the body of a Part answer; raises a `PageFault` where it is no array of records."""
    if size_limits.is_too_large(body):
        raise TooLarge("the answer holds too much")
    parts = _decoded_in_one_go(body)
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


def _decoded_in_one_go(body: bytes) -> list[Part] | None:
    """Read a clean page several times faster than record by record; `None` where it is not that clean."""
    if lenient_json.needs_cleaning(body):
        return None
    try:
        parts = _decoder.decode(body)
    except (ValueError, RecursionError):
        return None
    if any(part.part_number is None and part.supplier_code is None for part in parts):
        return None  # null, or no such keys: only the record itself can tell whether it is a part
    return parts


def _records(body: bytes) -> list[object]:
    text = lenient_json.text_of(body)
    if not text:
        raise EmptyBody("the answer is empty")
    try:
        records = lenient_json.json_of(text)
    except (ValueError, RecursionError):
        if text.startswith("[") and not text.endswith("]"):
            raise TruncatedBody("the answer ends in the middle") from None
        raise NotJson("the answer is not JSON") from None
    if not isinstance(records, list):
        raise NotAnArray("the answer is not an array")
    if len(records) > size_limits.MOST_RECORDS:
        raise TooLarge("the answer holds too many records")
    return records


def _part(record: dict[str, object]) -> Part:
    """Build a part from a record whose values may be of any type."""
    fields = {
        name: (lenient_json.number if name in _NUMBERS else lenient_json.text)(record.get(wire_name))
        for name, wire_name in _NAMES.items()
    }
    return Part(**fields)  # type: ignore[arg-type]
