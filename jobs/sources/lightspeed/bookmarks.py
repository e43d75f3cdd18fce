"""Bookmarks: the place in a list after which a later pull continues. Pure."""

import json

from jobs.sources.lightspeed.cursor import Cursor
from jobs.sources.lightspeed.row_keys import RowKey


def bookmark_of(cursor: Cursor) -> str | None:
    """Return the bookmark of the last row received; None if the row has no part number to find it by."""
    match cursor.last:
        case (str(), str()):
            return json.dumps([cursor.received, *cursor.last])
        case _:
            return None


def place_of(bookmark: str) -> tuple[int, RowKey]:
    """Return the number of rows before the place, and the key of the last one of them."""
    received, code, number = json.loads(bookmark)
    return int(received), (str(code), str(number))
