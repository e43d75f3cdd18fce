"""Row keys for detecting repeated rows, and page slicing. Pure."""

from collections.abc import Hashable
from dataclasses import replace

from msgspec.structs import replace as with_fields

from jobs.sources.lightspeed.parts import DecodedPage, Part
from jobs.sources.source import Unreadable

RowKey = Hashable


def keys_of(page: DecodedPage) -> list[RowKey]:
    """Return a key for each row of a page, in order. It does not depend on quantity or price."""
    unreadable = {record.position: record for record in page.unreadable}
    parts = iter(page.parts)
    return [
        _key_of_record(unreadable[position]) if position in unreadable else _key_of_part(next(parts))
        for position in range(page.received)
    ]


def last_key(page: DecodedPage) -> RowKey:
    """Return the key of the last row of a page that has rows."""
    last = page.unreadable[-1] if page.unreadable else None
    if last is not None and last.position == page.received - 1:
        return _key_of_record(last)
    return _key_of_part(page.parts[-1])


def without_first(page: DecodedPage) -> DecodedPage:
    """Return the page without its first row."""
    is_part = not any(record.position == 0 for record in page.unreadable)
    records = [replace(row, position=row.position - 1) for row in page.unreadable if row.position]
    return DecodedPage(page.parts[int(is_part) :], records, page.received - 1)


def fingerprint(page: DecodedPage) -> int:
    """Hash the values of a page, without `DateGathered`, which may change between two reads of a row."""
    return hash(tuple(page.values))


def _key_of_part(part: Part) -> RowKey:
    """Return supplier code and part number, which are unique (docs/lightspeed-3pa.md, Query options)."""
    number = (part.part_number or "").strip().casefold()
    return ((part.supplier_code or "").strip().casefold(), number) if number else _without_date_gathered(part)


def _key_of_record(record: Unreadable) -> RowKey:
    return replace(record, position=0)


def _without_date_gathered(part: Part) -> Part:
    return with_fields(part, date_gathered=None)
