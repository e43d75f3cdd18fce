"""Reads JSON that a strict reader refuses, and makes its values fit to be stored.

Accepted: bytes that are not UTF-8, control characters inside strings, NaN and Infinity, numbers where text
belongs and the reverse (docs/lightspeed-3pa.md, numbers, strings and faults). Removed: characters that change
the direction of writing, which make a text look different from what it is. Pure.
"""

import json
import math
import re

from jobs.sources.values import Number

_ESCAPED = re.compile(rb"\\(?:[bf]|u00[01]|u20[026]|u061[cC])")
_TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_RAW_TURNING = re.compile("|".join(_TURNING).encode())
_CLEANED: dict[int, str | None] = {
    **{code: " " for code in range(32) if chr(code) not in "\t\n\r"},
    **{ord(letter): None for letter in _TURNING},
}
_LONGEST_INTEGER = 30
"""Digits; a longer one stays text, as no field holds it and Python refuses to read endless ones."""


class NumberText(str):
    """A JSON number's own digits: in a text field they are the text, exactly as sent."""

    __slots__ = ()


def needs_cleaning(body: bytes) -> bool:
    """Tell whether some string may hold a character that `text` would take out but a strict reader lets by.

    An escaped NUL would be refused by PostgreSQL later on, and take a whole page of good parts with it.
    """
    # Most bodies have no backslash and are plain ASCII, which is told at once.
    if b"\\" in body and _ESCAPED.search(body):
        return True
    return not body.isascii() and _RAW_TURNING.search(body) is not None


def text_of(body: bytes) -> str:
    """Decode a body, without byte order mark and blanks around; what is no UTF-8 becomes U+FFFD."""
    return body.decode("utf-8-sig", "replace").strip()


def json_of(body_text: str) -> object:
    """Parse JSON with every number kept as `NumberText`; raises `ValueError` or `RecursionError`."""
    return json.loads(
        body_text, strict=False, parse_int=NumberText, parse_float=NumberText, parse_constant=_nothing
    )


def text(value: object) -> str | None:
    """Return what belongs in a text field: a string that can be stored, or a number's own digits."""
    if isinstance(value, NumberText):
        return str(value)
    return _clean(value) if isinstance(value, str) else None


def number(value: object) -> Number:
    """Return what belongs in a number field: a number, or text for the readers in `values` to judge."""
    if not isinstance(value, NumberText):
        return text(value)
    if value.lstrip("-").isdigit():
        return int(value) if len(value) <= _LONGEST_INTEGER else str(value)
    as_float = float(value)
    return as_float if math.isfinite(as_float) else str(value)


def _nothing(constant: str) -> None:
    """NaN and Infinity are not JSON and not numbers either: read them as null."""


def _clean(string: str) -> str:
    """Turn controls into spaces and halves of surrogate pairs into U+FFFD, and never the direction."""
    if string.isprintable():
        return string
    cleaned = string.translate(_CLEANED)
    return cleaned.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
