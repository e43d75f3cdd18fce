"""Recognizes a row that comes again, and cuts rows off a page. Pure."""

from collections.abc import Hashable
from dataclasses import replace

from msgspec.structs import replace as with_fields

from jobs.sources.lightspeed.parts import DecodedPage, Part
from jobs.sources.source import Unreadable

RowKey = Hashable


def keys_of(page: DecodedPage) -> list[RowKey]:
    """A key for each row of a page, in order. A row whose quantity or price has changed keeps its key."""
    unreadable = {record.position: record for record in page.unreadable}
    parts = iter(page.parts)
    return [
        _key_of_record(unreadable[place]) if place in unreadable else _key_of_part(next(parts))
        for place in range(page.received)
    ]


def last_key(page: DecodedPage) -> RowKey:
    """The key of the last row of a page that has rows."""
    last = page.unreadable[-1] if page.unreadable else None
    if last is not None and last.position == page.received - 1:
        return _key_of_record(last)
    return _key_of_part(page.parts[-1])


def without_first(page: DecodedPage) -> DecodedPage:
    """The page without its first row."""
    is_part = not any(record.position == 0 for record in page.unreadable)
    records = [replace(each, position=each.position - 1) for each in page.unreadable if each.position]
    return DecodedPage(page.parts[int(is_part) :], records, page.received - 1)


def fingerprint(page: DecodedPage) -> int:
    """Tell pages apart by their parts, without the time of gathering: it may differ on the same rows."""
    return hash(tuple(_without_gathering(part) for part in page.parts))


def _key_of_part(part: Part) -> RowKey:
    """Within one supplier code part numbers are unique (docs/lightspeed-3pa.md, Query options)."""
    number = (part.part_number or "").strip().casefold()
    return ((part.supplier_code or "").strip().casefold(), number) if number else _without_gathering(part)


def _key_of_record(record: Unreadable) -> RowKey:
    return replace(record, position=0)


def _without_gathering(part: Part) -> Part:
    return with_fields(part, date_gathered=None)
