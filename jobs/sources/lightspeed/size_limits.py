"""Size limits of one response, checked before decoding to bound memory and time.

A page is requested with 500 records of about 50 values, some 700 kB. Responses from a service that ignores
`$top` (docs/lightspeed-3pa.md, switches) are accepted, up to dozens of pages at once. Responses that are
small on the wire and huge when decoded are rejected: an empty object of 3 bytes takes 150 bytes as a part.
Pure.
"""

MOST_BYTES = 32 * 1024 * 1024
"""Applies to a body both as received and inflated."""

MOST_RECORDS = 100_000
MOST_VALUES = 2_000_000


def is_too_large(body: bytes) -> bool:
    """Return whether a body may exceed the limits: delimiters inside strings count too (upper bound)."""
    objects = _count(body, b"{")
    if objects > 2 * MOST_RECORDS:
        return True
    # Each value follows one of these delimiters, directly or after its field name. A shorter body has fewer,
    # and to count them takes as long as to decode the page.
    return len(body) > MOST_VALUES and objects + _count(body, b",") + _count(body, b"[") > MOST_VALUES


def _count(body: bytes, character: bytes) -> int:
    """Count a rare character: faster than `bytes.count`, which compares each byte by itself."""
    return len(body) - len(body.replace(character, b""))
