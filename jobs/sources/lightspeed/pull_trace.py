"""Traces of pulls: the requests of a pull, and the digests of their responses. Pure.

Rows, pages, and the next request all follow from the responses so far (cursor.py). So a pull whose responses
are the same bytes, request by request, has the same rows, and its end is proven in the same way (R11).
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

import msgspec

VERSION: Final = 1
"""Raised when the same responses mean other rows or requests than before: after a change of the decoder or
the cursor (tests/jobs/sources/lightspeed/test_pull_trace.py)."""

_DIGEST_BYTES: Final = 16


class Exchange(msgspec.Struct, array_like=True, frozen=True):
    """One request and the digest of its response. `sender` is the place of its filter (paginator.py)."""

    sender: int
    skip: int
    top: int
    is_repeat: bool
    digest: bytes


class Step(msgspec.Struct, array_like=True, frozen=True):
    """The exchanges up to a page, and what the page says; those that prove the end are the last step."""

    exchanges: tuple[Exchange, ...]
    received: int
    is_short: bool


class Trace(msgspec.Struct, array_like=True, frozen=True):
    """The steps of a complete pull of one dealer."""

    version: int
    cmf: str
    steps: tuple[Step, ...]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Trace).decode


def write_trace(cmf: str, steps: Sequence[Step]) -> bytes:
    """Return the trace of a complete pull, to be stored."""
    return _encode(Trace(VERSION, cmf, tuple(steps)))


def digest_of(body: bytes) -> bytes:
    """Return the digest of a response as received."""
    return blake2b(body, digest_size=_DIGEST_BYTES).digest()


def read_trace(encoded: bytes | None, cmf: str) -> Trace | None:
    """Return the trace of an earlier pull; None if it says nothing about a pull of this dealer (R9)."""
    if encoded is None:
        return None
    try:
        trace = _decode(encoded)
    except msgspec.DecodeError:
        return None
    return trace if (trace.version, trace.cmf) == (VERSION, cmf) else None
