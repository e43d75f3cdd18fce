"""Normalized keys by which codes, part numbers and names are compared. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Final, TypeGuard

# The number of leading zeros that may be missing, or too many.
MOST_ZEROS: Final = 6

_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_ASCII_NOT_ALPHANUMERIC = {code: None for code in range(128) if not chr(code).isalnum()}

# Unicode's Default_Ignorable_Code_Point: zero-width characters, soft hyphen, byte order mark and others.
INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# The ones among them that change the text direction: text with them is displayed differently, and is refused.
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile(f"(?!{_TURNING.pattern})[{INVISIBLE}]")
# Unicode's spaces and line ends outside ASCII.
_SPACES = re.compile("[\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")


def cleaned(text: str) -> str:
    """Normalize text as displayed: NFC, plain spaces, no invisible characters, trimmed."""
    if text.isascii():
        return text.strip()
    composed = unicodedata.normalize("NFC", _SPACES.sub(" ", _INVISIBLE.sub("", text)))
    return composed.strip()


def key_of(text: str | None) -> str:
    """Return the key for comparing codes, part numbers and names: normalized, case-insensitive (R4, R12).

    The keys in the database are made by it. A change needs a migration that rebuilds them.
    """
    if not text:
        return ""
    if text.isascii():
        return text.strip().casefold()
    seen = cleaned(_TURNING.sub("", text))
    return cleaned(unicodedata.normalize("NFC", seen.casefold()))


def bare_key_of(text: str | None) -> str:
    """Return `key_of` without punctuation and spaces: finds candidates, never matches (R12)."""
    return bare(key_of(text))


def bare(key: str) -> str:
    """Return a key without punctuation and spaces."""
    if key.isalnum():
        return key
    return key.translate(_ASCII_NOT_ALPHANUMERIC) if key.isascii() else _NOT_ALPHANUMERIC.sub("", key)


def with_zeros(bare_key: str) -> Iterable[str]:
    """Return a key without its leading zeros, and with up to six of them."""
    stripped = bare_key.lstrip("0")
    return [("0" * zeros) + stripped for zeros in range(MOST_ZEROS + 1)] if stripped else []


def is_storable(value: Any) -> TypeGuard[str]:
    """Return whether a value is text that PostgreSQL can store."""
    return isinstance(value, str) and "\x00" not in value and value == value.encode(errors="ignore").decode()
