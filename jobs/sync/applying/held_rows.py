"""The rows of a held pull: stored when it is held, to be applied later without a request (R27)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import msgspec
from isal import isal_zlib
from sqlalchemy import insert, select

from jobs.sync.applying.gathered import GatheredThen
from jobs.sync.applying.received import KeyedRow
from webapp.extensions import db
from webapp.models import HeldPull, HeldPullRows

# Rows of one piece.
PIECE: Final = 2_000
_LEVEL: Final = 1

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[tuple[str, tuple]]).decode  # type: ignore[type-arg]


class HeldRows:
    """Stands in for `ReceivedRows`: the same rows, with the same digest."""

    def __init__(self, pull: HeldPull) -> None:
        self._pull_id, self._length = pull.id, pull.rows
        self.digest = pull.digest
        self.known = None
        self.gathered = GatheredThen(pull.gathered_at, pull.gathered_from)

    def __len__(self) -> int:
        return self._length

    def in_key_order(self) -> Iterator[KeyedRow]:
        """Yield the rows by key, those of one key in the order received."""
        query = select(HeldPullRows.body).where(HeldPullRows.held_pull_id == self._pull_id)
        position = 0
        while body := db.session.scalar(query.where(HeldPullRows.position == position)):
            yield from _decode(isal_zlib.decompress(body))
            position += 1


def of_code(dealer_id: int, code_key: str) -> HeldRows | None:
    """Return the rows of a held pull that is to be applied; None without one."""
    query = select(HeldPull).where(
        HeldPull.dealer_id == dealer_id, HeldPull.code_key == code_key, HeldPull.state == "applying"
    )
    pull = db.session.scalar(query.execution_options(populate_existing=True))
    return HeldRows(pull) if pull is not None else None


def store(pull_id: int, rows: Iterator[KeyedRow]) -> int:
    """Store the rows of a held pull, within the transaction that holds it; return their number."""
    stored = position = 0
    while piece := list(islice(rows, PIECE)):
        _insert(pull_id, position, piece)
        stored += len(piece)
        position += 1
    return stored


def _insert(pull_id: int, position: int, piece: Sequence[KeyedRow]) -> None:
    body = isal_zlib.compress(_encode(piece), _LEVEL)
    row = {"held_pull_id": pull_id, "position": position, "body": body}
    db.session.execute(insert(HeldPullRows), [row])
