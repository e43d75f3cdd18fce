"""The rows of a stored pull, to be applied again without asking the service (R22)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from sqlalchemy import select

from jobs.sync.applying.blocks import Blocks
from jobs.sync.applying.gathered import Gathered
from jobs.sync.applying.received import KeyedRow
from webapp.extensions import db
from webapp.models import RunItem, StoredPull


class StoredRows:
    """Stands in for `ReceivedRows`. Of rows with one part number only the last is stored (R10)."""

    def __init__(self, pull: StoredPull) -> None:
        self._dealer_id, self._code_key = pull.dealer_id, pull.code_key
        self._length = pull.synced + pull.skipped
        self.digest = pull.digest
        self.known = None
        self.gathered = _GatheredBefore(pull.item_id)

    def __len__(self) -> int:
        return self._length

    def in_key_order(self) -> Iterator[KeyedRow]:
        """Yield the rows by key, a block at a time. Blocks that are written since do not change them."""
        blocks = Blocks(db.session.connection(), self._dealer_id, self._code_key)
        blocks.load()
        for block in blocks.all:
            blocks.read([block])
            yield from ((entry.key, entry.raw) for entry in block.in_memory)
            blocks.release(block)


class AnyGathered(Protocol):
    """When the rows of a pull were gathered."""

    def summary_now(self) -> Gathered | None:
        """Return their age in short."""
        ...


class PullRows(Protocol):
    """The rows of a complete pull, from the service or stored; the digest is of all in the order received.

    `known` is what is stored to know the same pull again (known_rows.py); None to leave what is stored, as
    long as the digest is the same.
    """

    @property
    def digest(self) -> bytes: ...
    @property
    def known(self) -> bytes | None: ...
    @property
    def gathered(self) -> AnyGathered: ...
    def __len__(self) -> int: ...
    def in_key_order(self) -> Iterator[KeyedRow]:
        """Yield the rows by key, those of one key in the order received. Can be called again."""
        ...


class _GatheredBefore:
    """When the rows were gathered: applying them again makes them no younger (R29)."""

    def __init__(self, item_id: int) -> None:
        self._item_id = item_id

    def summary_now(self) -> Gathered | None:
        """Return what the item says that received the rows."""
        item = db.session.get(RunItem, self._item_id)
        if item is None or item.gathered_at is None or item.gathered_from is None:
            return None
        return Gathered(item.gathered_at, item.gathered_from)


def of_code(dealer_id: int, code_key: str) -> StoredRows | None:
    """Return the stored rows of a code; None without a complete pull."""
    pull = db.session.get(StoredPull, (dealer_id, code_key), populate_existing=True)
    return StoredRows(pull) if pull is not None else None


def digests(dealer_id: int) -> dict[str, bytes]:
    """Return the digests of the dealer's stored pulls by code key."""
    query = select(StoredPull.code_key, StoredPull.digest).where(StoredPull.dealer_id == dealer_id)
    return {row.code_key: row.digest for row in db.session.execute(query)}
