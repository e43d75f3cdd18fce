"""The rows of one pull as received, in bounded memory, with their digest."""

from __future__ import annotations

import heapq
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from hashlib import blake2b
from itertools import chain, islice
from operator import itemgetter, length_hint
from typing import IO

import msgspec

from jobs.sources.source import Page, Unreadable, values_of
from jobs.sync.applying.gathered import GatheredDates
from webapp.core.text_keys import key_of
from webapp.pulls.entries import MAX_PART_NUMBER, PART_NUMBER, RawPart

KeyedRow = tuple[str, RawPart]

# Rows that are kept in memory as they are; more are sorted in temporary files, so many at once.
IN_MEMORY = 20_000
_PIECE = 500
DIGEST_BYTES = 16

_encode = msgspec.msgpack.Encoder().encode
_decode_page = msgspec.msgpack.Decoder(list[tuple]).decode  # type: ignore[type-arg]
_decode_rows = msgspec.msgpack.Decoder(list[tuple[str, tuple]]).decode  # type: ignore[type-arg]


def digest_of(rows: Sequence[RawPart]) -> bytes:
    """Return the digest of rows in their order."""
    return blake2b(_encode(rows), digest_size=DIGEST_BYTES).digest()


def row_key(raw: RawPart) -> str:
    """Return the key by which parts are compared (R10); empty without a part number."""
    return key_of(raw[PART_NUMBER])[:MAX_PART_NUMBER]


def row_keys(rows: Sequence[RawPart]) -> list[str]:
    """Return the `row_key` of each row."""
    keys: list[str] = []
    for first in range(0, len(rows), _PIECE):
        piece = rows[first : first + _PIECE]
        keys += _plain_keys(piece) or map(row_key, piece)
    return keys


def _plain_keys(rows: Sequence[RawPart]) -> list[str] | None:
    """Return the keys of rows, all at once, if all part numbers are plain text; else None."""
    numbers = [raw[PART_NUMBER] for raw in rows]
    if None in numbers or max(map(len, numbers)) > MAX_PART_NUMBER:
        return None
    joined = "".join(numbers)
    if not joined.isascii() or not joined.isprintable():
        return None
    keys = "\n".join(numbers).casefold().split("\n")
    return [key.strip() for key in keys] if " " in joined else keys


def rows_of(page: Page) -> Iterator[RawPart]:
    """Return the rows of a page in the order reported, which decides between rows of the same part (R10)."""
    values = page.values or list(map(values_of, page.parts))
    return _with_unreadable(values, page.unreadable) if page.unreadable else iter(values)


def _with_unreadable(values: Sequence[RawPart], unreadable: Sequence[Unreadable]) -> Iterator[RawPart]:
    parts = iter(values)
    for index, record in enumerate(unreadable):
        following = record.position - index - (len(values) - length_hint(parts))
        yield from islice(parts, max(0, following))
        yield (record.part_number,)
    yield from parts


class ReceivedRows:
    """Rows of a pull, added page by page."""

    def __init__(self) -> None:
        self._digest = blake2b(digest_size=DIGEST_BYTES)
        # Encoded pages, and how many rows they hold: most codes are unchanged, and need the digest only.
        self._pages: list[bytes] = []
        self._held = 0
        self._sorted: list[KeyedRow] | None = None
        self._sorted_files: list[IO[bytes]] = []
        self._files = ExitStack()
        self.gathered = GatheredDates()
        self._length = 0
        self.known: bytes | None = None

    def __len__(self) -> int:
        return self._length

    def add(self, page: Page) -> None:
        """Append the rows of a page."""
        rows = list(rows_of(page))
        self.gathered.add(page.parts)
        try:
            encoded = _encode(rows)
        except OverflowError:
            rows = [tuple(map(_storable, raw)) for raw in rows]
            encoded = _encode(rows)
        if rows:
            self._digest.update(_without_header(encoded, len(rows)))
            self._pages.append(encoded)
            self._held += len(rows)
            self._length += len(rows)
        if self._held >= IN_MEMORY * (1 if self._sorted_files else 2):
            self._sort_to_file()

    @property
    def digest(self) -> bytes:
        """The digest of all rows in the order received, whatever the pages."""
        return self._digest.digest()

    def in_key_order(self) -> Iterator[KeyedRow]:
        """Yield the rows by key, those of one key in the order received. No rows are added after that."""
        if self._sorted is None:
            self._sorted = self._take_sorted()
        if not self._sorted_files:
            return iter(self._sorted)
        sources = [_read(file) for file in self._sorted_files]
        return heapq.merge(*sources, iter(self._sorted), key=itemgetter(0))

    def close(self) -> None:
        """Remove the temporary files."""
        self._pages, self._sorted = [], None
        self._sorted_files = []
        self._files.close()

    def _take_sorted(self) -> list[KeyedRow]:
        """Take the rows in memory, with their keys."""
        pages, self._pages, self._held = self._pages, [], 0
        rows = list(chain.from_iterable(map(_decode_page, pages)))
        return sorted(zip(row_keys(rows), rows, strict=True), key=itemgetter(0))

    def _sort_to_file(self) -> None:
        rows = self._take_sorted()
        file = self._files.enter_context(tempfile.TemporaryFile(prefix="pull-"))  # noqa: SIM115
        for first in range(0, len(rows), _PIECE):
            piece = _encode(rows[first : first + _PIECE])
            file.write(len(piece).to_bytes(4, "little") + piece)
        self._sorted_files.append(file)


def _storable(value: object) -> object:
    """Return a number too large for 64 bits as text; no quantity or price is that large."""
    return str(value) if isinstance(value, int) and abs(value) >= 1 << 63 else value


def _without_header(encoded: bytes, length: int) -> memoryview:
    """Return an encoded list without its length, so that the division into pages makes no difference."""
    return memoryview(encoded)[1 if length < 16 else 3 if length < 65_536 else 5 :]


def _read(file: IO[bytes]) -> Iterator[KeyedRow]:
    file.seek(0)
    while header := file.read(4):
        yield from _decode_rows(file.read(int.from_bytes(header, "little")))
