"""Amounts of money as text. Pure; every amount is stored in whole cents."""

from __future__ import annotations

import re
from typing import Final

from webapp.core.limits import MAX_CENTS

NOT_A_PRICE: Final = "must be a price such as 19.99 and not negative"

_PRICE = re.compile(r"[0-9]{1,12}(\.[0-9]*)?|\.[0-9]+")
_THOUSANDS = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
# A comma before one or two digits can only be a decimal comma; before three it separates thousands.
_DECIMAL_COMMA = re.compile(r"([0-9]{1,12}|[0-9]{1,3}(\.[0-9]{3})+),[0-9]{1,2}")


def decimal_text(cents: int) -> str:
    """`1234.50`: for files and other programs."""
    return f"{cents // 100}.{cents % 100:02}"


def signed_decimal(cents: int) -> str:
    """`-1234.50`: the same for an amount that may be negative."""
    return decimal_text(cents) if cents >= 0 else f"-{decimal_text(-cents)}"


def dollars(cents: int) -> str:
    """`$1,234.50`: for people."""
    return f"${cents // 100:,}.{cents % 100:02}"


def cents_in(price: str) -> int:
    """Parse a price such as `19.99`, `$1,234.56` or `1.234,56` to cents, half up.

    Raises ValueError with the end of a sentence: what the price must be, or is.
    """
    number = price.removeprefix("$").strip()
    if _THOUSANDS.fullmatch(number):
        number = number.replace(",", "")
    elif _DECIMAL_COMMA.fullmatch(number):
        number = number.replace(".", "").replace(",", ".")
    if not _PRICE.fullmatch(number):
        raise ValueError(NOT_A_PRICE)
    whole, _, fraction = number.partition(".")
    cents = int(whole or "0") * 100 + int((fraction + "00")[:2]) + (fraction[2:3] >= "5")
    if cents > MAX_CENTS:
        raise ValueError("is too large")
    return cents
