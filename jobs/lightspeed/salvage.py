"""Reads JSON that a strict reader refuses, and makes its values fit to be stored.

Survived: bytes that are no UTF-8, control characters inside strings, NaN and Infinity, numbers where text
belongs and the reverse (lightspeed-3pa.md, numbers, strings and faults). Pure.
"""

import json
import math

from jobs.lightspeed.values import Number

_ESCAPED_CONTROLS = (rb"\u000", rb"\u001", rb"\b", rb"\f")
_CONTROLS_TO_SPACES = {code: " " for code in range(32) if chr(code) not in "\t\n\r"}
_LONGEST_INTEGER = 30
"""Digits; a longer one stays text, as no field holds it and Python refuses to read endless ones."""


class NumberText(str):
    """A JSON number's own digits: in a text field they are the text, exactly as sent."""

    __slots__ = ()


def holds_escaped_controls(body: bytes) -> bool:
    """Tell whether some string may hold an escaped control character, which a strict reader lets through.

    A NUL would be refused by PostgreSQL later on, and take a whole page of good parts with it.
    """
    return b"\\" in body and any(mark in body for mark in _ESCAPED_CONTROLS)  # most have no backslash


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
    """Turn control characters into spaces and halves of surrogate pairs into U+FFFD."""
    if string.isprintable():
        return string
    cleaned = string.translate(_CONTROLS_TO_SPACES)
    return cleaned.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
