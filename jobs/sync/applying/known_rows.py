"""The rows of a pull that is the last one again, as its source tells from the responses (R11).

They are read only if something else than the rows has changed since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from jobs.sources.source import PartPages
from jobs.sync.applying.gathered import GatheredDates
from jobs.sync.applying.received import KeyedRow, ReceivedRows

# Different dates of the rows; a pull with more is read again each time, as its dates would take more space
# than the trace.
_MOST_DATES: Final = 500


class KnownPull(msgspec.Struct, array_like=True, frozen=True):
    """What is stored of a complete pull, to know it again: its trace (jobs/sources/source.py), the digest and
    number of its rows, how they spell the code, and when they were gathered (gathered.py)."""

    trace: bytes
    digest: bytes
    rows: int
    spelling: str | None
    dates: Mapping[str, int]
    dates_length: int


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(KnownPull).decode


def note(rows: ReceivedRows, spelling: str | None, trace: bytes | None) -> None:
    """Note on the rows of a complete pull what is stored to know it again."""
    dates = rows.gathered
    if trace is not None and len(dates.counts) <= _MOST_DATES:
        rows.known = _encode(KnownPull(trace, rows.digest, len(rows), spelling, dates.counts, dates.length))


def read(encoded: bytes | None) -> KnownPull | None:
    """Return what was stored; None without it."""
    if encoded is None:
        return None
    try:
        return _decode(encoded)
    except msgspec.DecodeError:
        return None


class KnownRows:
    """Stands in for `ReceivedRows`: the same rows, which are received again only when they are read."""

    def __init__(self, known: KnownPull, pages: PartPages) -> None:
        self._pages = pages
        self._length = known.rows
        self._received: ReceivedRows | None = None
        self.digest = known.digest
        self.gathered = GatheredDates.of(known.dates, known.dates_length)
        self.known = None

    def __len__(self) -> int:
        return self._length

    def in_key_order(self) -> Iterator[KeyedRow]:
        """Yield the rows by key, those of one key in the order received."""
        if self._received is None:
            self._received = ReceivedRows()
            for page in self._pages.read_again():
                self._received.add(page)
        return self._received.in_key_order()

    def close(self) -> None:
        """Forget the responses, and remove the temporary files."""
        self._pages.close()
        if self._received is not None:
            self._received.close()
