"""Lenient JSON parser that returns values safe to store.

Accepts invalid UTF-8, control characters inside strings, NaN and Infinity, numbers in text fields and text in
number fields (docs/lightspeed-3pa.md, numbers, strings and faults). Removes bidirectional control characters,
which can make text look different from its content. Pure.
"""

import json
import math
import re

from jobs.sources.values import Number

_ESCAPED = re.compile(rb"\\(?:[bf]|u00[01]|u20[026]|u061[cC])")
_BIDI_CONTROLS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_RAW_BIDI_CONTROLS = re.compile("|".join(_BIDI_CONTROLS).encode())
_REPLACEMENTS: dict[int, str | None] = {
    **{code: " " for code in range(32) if chr(code) not in "\t\n\r"},
    **{ord(letter): None for letter in _BIDI_CONTROLS},
}
_LONGEST_INTEGER = 30
"""Digits. A longer integer stays text: it fits no field, and Python limits the digits that it parses."""


class NumberText(str):
    """The digits of a JSON number, exactly as sent; in a text field they are the text."""

    __slots__ = ()


def needs_cleaning(body: bytes) -> bool:
    """Return whether a string may contain a character that a strict parser accepts but `text` removes.

    PostgreSQL rejects NUL: one escaped NUL would make it reject the whole page of parts.
    """
    # Fast path: most bodies are plain ASCII without a backslash.
    if b"\\" in body and _ESCAPED.search(body):
        return True
    return not body.isascii() and _RAW_BIDI_CONTROLS.search(body) is not None


def text_of(body: bytes) -> str:
    """Decode a body without byte order mark and surrounding whitespace; invalid UTF-8 becomes U+FFFD."""
    return body.decode("utf-8-sig", "replace").strip()


def json_of(body_text: str) -> object:
    """Parse JSON with every number kept as `NumberText`; raises `ValueError` or `RecursionError`."""
    return json.loads(
        body_text, strict=False, parse_int=NumberText, parse_float=NumberText, parse_constant=_null
    )


def text(value: object) -> str | None:
    """Convert to the value of a text field: a cleaned string, or the digits of a number."""
    if isinstance(value, NumberText):
        return str(value)
    return _clean(value) if isinstance(value, str) else None


def number(value: object) -> Number:
    """Convert to the value of a number field: a number, or text that the functions in `values` parse."""
    if not isinstance(value, NumberText):
        return text(value)
    if value.lstrip("-").isdigit():
        return int(value) if len(value) <= _LONGEST_INTEGER else str(value)
    as_float = float(value)
    return as_float if math.isfinite(as_float) else str(value)


def _null(constant: str) -> None:
    """Read NaN and Infinity as null: they are not valid JSON."""


def _clean(string: str) -> str:
    """Replace control characters by spaces, lone surrogates by U+FFFD; remove bidirectional controls."""
    if string.isprintable():
        return string
    cleaned = string.translate(_REPLACEMENTS)
    return cleaned.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
