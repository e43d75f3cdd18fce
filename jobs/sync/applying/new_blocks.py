"""Divides the rows and entries of a window into the blocks of the new pull."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Final

from jobs.sync.applying import received
from jobs.sync.applying.blocks import Block
from jobs.sync.applying.received import KeyedRow
from webapp.pulls.entries import Entry

# Rows of one block.
BLOCK_ROWS: Final = 1_000

_key_of: Final = attrgetter("key")


def new_blocks(
    item_id: int, rows: list[KeyedRow], entries: list[Entry], digests: Mapping[tuple[str, int], bytes]
) -> Iterator[Block]:
    """Divide rows and entries in key order into blocks; rows of one key stay together.

    `digests` are known ones of all rows from the first of a key on, by that key and their number.
    """
    first, place = 0, 0
    while first < len(rows):
        last = min(first + BLOCK_ROWS, len(rows))
        while last < len(rows) and rows[last][0] == rows[last - 1][0]:
            last += 1
        begin = place
        place = bisect_right(entries, rows[last - 1][0], begin, key=_key_of)
        digest = digests.get((rows[first][0], last - first))
        if digest is None:
            digest = received.digest_of([raw for _, raw in rows[first:last]])
        block = Block(rows[first][0], item_id, digest, None, False, rows=last - first)
        block.entries = entries[begin:place]
        block.is_written, block.is_changed = False, True
        yield block
        first = last


def same_blocks(item_id: int, stored: Sequence[Block], entries: list[Entry]) -> Iterator[Block]:
    """Divide entries in key order into the blocks that have the same rows in the stored pull."""
    place = 0
    for block, following in zip(stored, [*stored[1:], None], strict=True):
        begin, place = place, len(entries)
        if following is not None:
            place = bisect_left(entries, following.first_key, begin, key=_key_of)
        same = Block(block.first_key, item_id, block.digest, None, False, rows=block.rows)
        same.entries = entries[begin:place]
        same.is_written, same.is_changed = False, True
        yield same
