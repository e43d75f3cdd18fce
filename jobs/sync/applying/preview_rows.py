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
from jobs.sync.applying.received import KeyedRow
from jobs.sync.applying.stored_rows import PullRows
from webapp.extensions import db
from webapp.models import PreviewCode, PreviewPull

# Rows of one piece, and pieces that are written by one statement.
_PIECE: Final = 5_000
_TOGETHER: Final = 4
_LEVEL: Final = 1
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[tuple[str, tuple]]).decode  # type: ignore[type-arg]


class RowsGone(Exception):
    """The rows that were fetched equal those of a stored pull that was replaced since."""


class PreviewRows:
    """Stands in for `ReceivedRows`: the rows of one code of a preview, or the same ones that are stored."""

    def __init__(self, code: PreviewCode, dealer_id: int) -> None:
        self._dealer_id = dealer_id
        self._preview_id, self._code_key = code.preview_id, code.code_key
        self._length = code.fetched
        self.digest = code.digest or b""
        self.known = None
        self.gathered = GatheredThen(code.gathered_at, code.gathered_from)
        # Read by those who look at the first rows, before those who read all.
        self._first_piece: list[KeyedRow] | None = None

    def __len__(self) -> int:
        return self._length

    def in_key_order(self) -> Iterator[KeyedRow]:
        """Yield the rows by key, those of one key in the order received. Raises RowsGone."""
        if self._first_piece is None:
            stored = stored_rows.of_code(self._dealer_id, self._code_key)
            if stored is not None and stored.digest == self.digest:
                yield from stored.in_key_order()
                return
            self._first_piece = self._piece(0)
        rows, position = self._first_piece, 0
        while rows:
            yield from rows
            self._first_piece = None
            position += 1
            rows = self._piece(position)
        if self._length and not position:
            raise RowsGone

    def _piece(self, position: int) -> list[KeyedRow]:
        of_code = PreviewPull.preview_id == self._preview_id, PreviewPull.code_key == self._code_key
        query = select(PreviewPull.body).where(*of_code, PreviewPull.position == position)
        body = db.session.execute(query).scalar_one_or_none()
        return [] if body is None else _decode(isal_zlib.decompress(body))


def keep(preview_id: int, code_key: str, received: PullRows) -> None:
    """Store the rows of a complete pull; the caller commits. Those of the stored pull need not be kept."""
    rows, position = iter(received.in_key_order()), 0
    key = {"preview_id": preview_id, "code_key": code_key}
    while pieces := [piece for _ in range(_TOGETHER) if (piece := list(islice(rows, _PIECE)))]:
        values = [
            {**key, "position": position + index, "body": isal_zlib.compress(_encode(piece), _LEVEL)}
            for index, piece in enumerate(pieces)
        ]
        db.session.execute(insert(PreviewPull), values)
        position += len(pieces)
