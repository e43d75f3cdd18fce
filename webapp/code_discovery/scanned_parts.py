"""Parts of a scan, and their compressed form in a block. Pure."""

from __future__ import annotations

import zlib
from typing import Final, NamedTuple

import msgspec

MAX_DESCRIPTION: Final = 200

_LEVEL: Final = 1


class ScannedPart(NamedTuple):
    """A part in stock under an unmapped code; quantities are 0 or more, the retail price is in cents.

    `is_stale`: a run would skip it, as it did not change in Lightspeed for a year, or has no date (R10).
    """

    code: str
    part_number: str
    description: str
    on_hand: int
    available: int
    cents: int
    is_stale: bool


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[ScannedPart]).decode


def pack(parts: list[ScannedPart]) -> bytes:
    """Return the compressed form of parts."""
    return zlib.compress(_encode(parts), _LEVEL)


def unpack(body: bytes) -> list[ScannedPart]:
    """Return the parts of a block."""
    return _decode(zlib.decompress(body))
