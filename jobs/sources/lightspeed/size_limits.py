"""How much one answer may hold, looked at before it is decoded: memory and time stay bounded whatever comes.

A page is requested with 500 records of about 50 values, some 700 kB. A service that ignores `$top`
(docs/lightspeed-3pa.md, switches) is accepted, up to dozens of pages at once; refused are responses that are
small on the wire and huge when decoded: an empty object of 3 bytes takes 150 as a part.
Pure.
"""

MOST_BYTES = 32 * 1024 * 1024
"""Of a body, as it comes and inflated."""

MOST_RECORDS = 100_000
MOST_VALUES = 2_000_000


def is_too_large(body: bytes) -> bool:
    """Tell whether a body may hold more than is ever decoded. It counts marks in texts too: never too few."""
    opened = body.count(b"{")
    # Each value stands behind one of these, or behind the name that it goes under.
    return opened > 2 * MOST_RECORDS or opened + body.count(b",") + body.count(b"[") > MOST_VALUES
