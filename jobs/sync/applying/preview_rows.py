"""The rows that were fetched for a preview: stored in pieces, to be planned with, and applied (R24)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

import msgspec
from isal import isal_zlib
from sqlalchemy import insert, select

from jobs.sync.applying import stored_rows
from jobs.sync.applying.gathered import GatheredThen
from jobs.sync.applying.received import KeyedRow, ReceivedRows
from webapp.extensions import db
from webapp.models import PreviewCode, PreviewPull, StoredPull

# Rows of one piece, and pieces that are written by one statement.
_PIECE: Final = 2_000
_TOGETHER: Final = 10
_LEVEL: Final = 1
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[tuple[str, tuple]]).decode  # type: ignore[type-arg]


class PreviewRows:
    """Stands in for `ReceivedRows`: the rows of one code of a preview, or the same ones that are stored."""

    def __init__(self, code: PreviewCode, same: stored_rows.StoredRows | None = None) -> None:
        self._same = same
        self._preview_id, self._code_key = code.preview_id, code.code_key
        self._length = code.fetched
        self.digest = code.digest or b""
        self.gathered = GatheredThen(code.gathered_at, code.gathered_from)

    def __len__(self) -> int:
        return self._length

    def in_key_order(self) -> Iterator[KeyedRow]:
        """Yield the rows by key, those of one key in the order received."""
        if self._same is not None:
            yield from self._same.in_key_order()
            return
        of_code = PreviewPull.preview_id == self._preview_id, PreviewPull.code_key == self._code_key
        positions = select(PreviewPull.position).where(*of_code).order_by(PreviewPull.position)
        for position in db.session.scalars(positions).all():
            body = select(PreviewPull.body).where(*of_code, PreviewPull.position == position)
            yield from _decode(isal_zlib.decompress(db.session.execute(body).scalar_one()))


def rows_of(code: PreviewCode, dealer_id: int) -> PreviewRows:
    """Return the rows that were fetched for a code."""
    stored = stored_rows.of_code(dealer_id, code.code_key)
    return PreviewRows(code, stored if stored is not None and stored.digest == code.digest else None)


def keep(preview_id: int, dealer_id: int, code_key: str, received: ReceivedRows) -> None:
    """Store the rows of a complete pull, unless they are those of the stored one; the caller commits."""
    stored = select(StoredPull.digest).where(StoredPull.dealer_id == dealer_id)
    if db.session.scalar(stored.where(StoredPull.code_key == code_key)) == received.digest:
        return
    rows, position = iter(received.in_key_order()), 0
    key = {"preview_id": preview_id, "code_key": code_key}
    while pieces := [piece for _ in range(_TOGETHER) if (piece := list(islice(rows, _PIECE)))]:
        values = [
            {**key, "position": position + index, "body": isal_zlib.compress(_encode(piece), _LEVEL)}
            for index, piece in enumerate(pieces)
        ]
        db.session.execute(insert(PreviewPull), values)
        position += len(pieces)
