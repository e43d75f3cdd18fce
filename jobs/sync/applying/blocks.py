"""The blocks of a stored pull: read when they are needed, and written where they changed.

All queries run within the transaction that applies a code.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, tuple_
from sqlalchemy.engine import Connection

from jobs.reports import lines
from jobs.sync import rules
from webapp.models import PullBlock
from webapp.pulls.entries import Entry, pack, unpack_stored
from webapp.pulls.stock_sums import stock_sums

_INDEX = (PullBlock.first_key, PullBlock.item_id, PullBlock.digest, PullBlock.oldest, PullBlock.is_conclusive)
_COUNTS = (PullBlock.synced, PullBlock.kept, PullBlock.prices_left, PullBlock.prices_blocked)


@dataclass(eq=False)
class Block:
    """Parts of a pull from `first_key` up to the next block's.

    `entries` are in memory only while they are worked on. `is_written`: the database has the block, though
    not the changes that `is_changed` stands for. `is_counted`: the counts are those of the entries.
    """

    first_key: str
    item_id: int
    digest: bytes
    oldest: str | None
    is_conclusive: bool
    synced: int = 0
    kept: int = 0
    prices_left: int = 0
    prices_blocked: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    entries: list[Entry] | None = None
    is_written: bool = True
    is_changed: bool = False
    is_counted: bool = False

    @property
    def in_memory(self) -> list[Entry]:
        """The entries, which `Blocks.read` has read."""
        if self.entries is None:
            raise RuntimeError(f"the block from {self.first_key!r} on was not read")
        return self.entries

    def is_old(self, since: str) -> bool:
        """Return whether one of the parts is too old now (R9)."""
        return self.oldest is not None and self.oldest < since

    @cached_property
    def by_key(self) -> dict[str, Entry]:
        """The entry that counts for each part number (R10)."""
        other = rules.OTHER_CODE
        return {entry.key: entry for entry in self.in_memory if entry.reason != other and entry.key}

    def change(self) -> None:
        """Note that an entry changed."""
        self.is_changed, self.is_counted = True, False

    def count(self) -> None:
        """Count what the entries result in, unless they are counted."""
        if self.is_counted:
            return
        self.is_counted = True
        entries = self.in_memory
        others = [entry for entry in entries if entry.reason is not None]
        # Only usable parts have a date.
        self.oldest = min(filter(None, {entry.changed for entry in entries}), default=None)
        self.synced = len(entries) - len(others)
        self.is_conclusive = self.synced > 0 or any(_is_conclusive(entry) for entry in others)
        self.kept = sum(1 for entry in others if entry.matches)
        matches = [match for entry in entries for match in entry.matches]
        self.prices_left = sum([match.is_price_left for match in matches])
        self.prices_blocked = len(matches) - [match.blocked for match in matches].count(None)
        self.reasons = dict(Counter(entry.reason for entry in others if entry.reason is not None))


def counts_for_key(entry: Entry) -> bool:
    """Return whether a row is about its part number; a row of another code is another part (R10)."""
    return bool(entry.key) and entry.reason != rules.OTHER_CODE


def _is_conclusive(entry: Entry) -> bool:
    return entry.reason is None or entry.reason == rules.UNMATCHED or entry.reason in rules.EVIDENCE


@dataclass(frozen=True)
class CodeLines:
    """What the report lines of an item say besides its parts, and where this run's lines are kept."""

    item_id: int
    supplier_code: str
    quantity_column: str
    changes: lines.Changes
    rendered: lines.RenderedLines


class Blocks:
    """The blocks of one code's pull, in key order."""

    def __init__(self, connection: Connection, dealer_id: int, code_key: str) -> None:
        self._connection = connection
        self._dealer_id = dealer_id
        self._code_key = code_key
        self.all: list[Block] = []

    def load(self) -> None:
        """Read the index of the stored blocks, without their contents."""
        query = (
            select(*_INDEX, *_COUNTS, PullBlock.reasons, PullBlock.rows)
            .where(*self._of_code())
            .order_by(PullBlock.first_key)
        )
        self.all = [Block(*row) for row in self._connection.execute(query)]

    def read(self, blocks: Iterable[Block]) -> None:
        """Read the entries of blocks that are not in memory."""
        missing = {(block.first_key, block.item_id): block for block in blocks if block.entries is None}
        if not missing:
            return
        key = tuple_(PullBlock.first_key, PullBlock.item_id)
        query = select(PullBlock.first_key, PullBlock.item_id, PullBlock.body).where(
            *self._of_code(), key.in_(list(missing))
        )
        for first_key, item_id, body in self._connection.execute(query):
            missing[first_key, item_id].entries = unpack_stored(body)

    def find(self, keys: Iterable[str]) -> dict[str, tuple[Block, Entry]]:
        """Return the entries of part numbers, as far as the pull has them."""
        starts = [block.first_key for block in self.all]
        places = {key: bisect_right(starts, key) - 1 for key in keys}
        self.read(self.all[place] for place in set(places.values()) if place >= 0)
        found = {}
        for key, place in places.items():
            if place >= 0 and (entry := self.all[place].by_key.get(key)):
                found[key] = (self.all[place], entry)
        return found

    def write(self, blocks: Iterable[Block], code: CodeLines) -> None:
        """Write changed blocks, with their lines for the reports, and release the entries."""
        blocks = list(dict.fromkeys(blocks))
        changed = [block for block in blocks if block.is_changed]
        # Blocks that stay from the previous pull, or were written for this one, are written again.
        self.delete(block for block in changed if block.is_written)
        rows = []
        for block in changed:
            block.count()
            rows.append(self._row(block, code))
            block.is_written, block.is_changed = True, False
            self.release(block)
        if rows:
            self._connection.execute(insert(PullBlock), rows)
        for block in blocks:
            self.release(block)

    def replace(self, replaced: Iterable[Block], code: CodeLines) -> None:
        """Write all changed blocks in place of replaced ones."""
        self.delete(replaced)
        self.write(self.all, code)

    def release(self, block: Block) -> None:
        """Release the entries of a block from memory."""
        if block.is_written and not block.is_changed:
            block.entries = None
            block.__dict__.pop("by_key", None)

    def _row(self, block: Block, code: CodeLines) -> dict[str, Any]:
        entries = block.in_memory
        block.item_id = code.item_id
        return {
            "dealer_id": self._dealer_id,
            "code_key": self._code_key,
            "first_key": block.first_key,
            "item_id": block.item_id,
            "digest": block.digest,
            "rows": block.rows,
            "oldest": block.oldest,
            "is_conclusive": block.is_conclusive,
            "synced": block.synced,
            "kept": block.kept,
            "prices_left": block.prices_left,
            "prices_blocked": block.prices_blocked,
            "reasons": block.reasons,
            "body": pack(entries),
            **(self._for_readers(block, entries, code)),
        }

    def _for_readers(self, block: Block, entries: list[Entry], code: CodeLines) -> dict[str, Any]:
        """Return the columns that the next pull does not read: lines of the reports, and sums of stock."""
        changed, unchanged, inventory_rows = lines.inventory_texts(entries, code.changes)
        inventory = lines.compress(unchanged)
        own = inventory if changed is unchanged else lines.compress(changed)
        code.rendered.put(code.item_id, block.first_key, own)
        skipped = lines.skipped_text(entries, code.supplier_code, code.quantity_column)
        return {
            "inventory_rows": inventory_rows,
            "inventory": inventory,
            "skipped_lines": lines.compress(skipped),
            **stock_sums(entries),
        }

    def delete(self, blocks: Iterable[Block]) -> None:
        """Delete replaced blocks."""
        keys = [(block.first_key, block.item_id) for block in blocks]
        if keys:
            key = tuple_(PullBlock.first_key, PullBlock.item_id)
            self._connection.execute(delete(PullBlock).where(*self._of_code(), key.in_(keys)))

    def _of_code(self) -> tuple[ColumnElement[bool], ...]:
        return PullBlock.dealer_id == self._dealer_id, PullBlock.code_key == self._code_key
