"""Decompresses bodies, within the limits of a page (size_limits.py). Pure."""

from isal import isal_zlib
from isal.igzip_lib import IsalError

from jobs.sources.lightspeed.errors import error_for_fault
from jobs.sources.lightspeed.size_limits import MOST_BYTES

_GZIP_MAGIC = b"\x1f\x8b"


def inflated(body: bytes) -> bytes:
    """Decompress a body that starts with the gzip signature, regardless of its headers.

    At most twice: a service and the gateway in front of it may both compress.
    """
    for _ in range(2):
        if body.startswith(_GZIP_MAGIC):
            body = _inflated_once(body)
    return body


def _inflated_once(body: bytes) -> bytes:
    members: list[bytes] = []
    remaining = MOST_BYTES
    while body.startswith(_GZIP_MAGIC):  # a gzip stream may have several members
        inflater = isal_zlib.decompressobj(wbits=isal_zlib.MAX_WBITS | 16)
        try:
            member = inflater.decompress(body, remaining + 1)
        except IsalError:  # type: ignore[misc] # its stub declares an instance
            raise error_for_fault("not_json") from None
        remaining -= len(member)
        if remaining < 0:
            raise error_for_fault("too_large")
        if not inflater.eof:
            raise error_for_fault("truncated")
        members.append(member)
        body = inflater.unused_data
    return b"".join(members)
