"""UPCs and EANs, compared as 14-digit GTINs (R12). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from webapp.core.text_keys import MOST_ZEROS

_NOT_DIGITS: Final = re.compile(r"[^0-9]+")


def gtin_of(text: str | None) -> str | None:
    """Return a UPC or EAN as the 14 digits of a GTIN, so that leading zeros make no difference (R12)."""
    if not text:
        return None
    digits = text if text.isascii() and text.isdecimal() else _NOT_DIGITS.sub("", text)
    significant = digits.lstrip("0")
    # Other lengths are not a UPC or EAN: a candidate found by them would be misleading.
    return significant.zfill(14) if len(digits) >= 8 and 0 < len(significant) <= 14 else None


def without_zeros(gtin: str) -> Iterable[str]:
    """Return the spellings of a 14-digit GTIN with up to six leading zeros left out."""
    zeros = min(MOST_ZEROS, len(gtin) - len(gtin.lstrip("0")))
    return [gtin[left_out:] for left_out in range(zeros + 1)]
