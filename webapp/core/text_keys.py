"""Keys under which codes, part numbers and names are compared. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")

# Unicode's Default_Ignorable_Code_Point: zero-width characters, soft hyphen, byte order mark and others.
INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# Of these the ones that turn the direction of writing: text with them reads other than it is, and is refused.
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile(f"(?!{_TURNING.pattern})[{INVISIBLE}]")
# All that Unicode counts as a space or a line end, outside ASCII.
_SPACES = re.compile("[\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")


def cleaned(text: str) -> str:
    """Text as people see it: composed (NFC), every space a plain one, nothing invisible, trimmed."""
    if text.isascii():
        return text.strip()
    composed = unicodedata.normalize("NFC", _SPACES.sub(" ", _INVISIBLE.sub("", text)))
    return composed.strip()


def key_of(text: str | None) -> str:
    """The form under which codes, part numbers and names are compared: as seen, without case (R4, R12).

    The keys in the database are made by it. Another form needs a migration that makes them again.
    """
    if not text:
        return ""
    if text.isascii():
        return text.strip().casefold()
    seen = cleaned(_TURNING.sub("", text))
    return cleaned(unicodedata.normalize("NFC", seen.casefold()))


def bare_key_of(text: str | None) -> str:
    """`key_of` without punctuation and spaces: finds candidates, never matches (R12)."""
    key = key_of(text)
    return key if key.isalnum() else _NOT_ALPHANUMERIC.sub("", key)
