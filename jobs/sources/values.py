"""Reads reported values: quantities, prices, dates. Pure.

None of them raises: what cannot be read is `None`, and the rules decide what that costs (R10, R15).
"""

import re
from datetime import datetime
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from math import isfinite

from webapp.core.limits import MAX_INT32

_CENT = Decimal("0.01")
# Each digit has one place in it: a pattern with two takes a minute for 80 kB of them.
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?", re.ASCII)
# A thousands separator, where the text can be read in no other way: "1,000" and "1,000.5", but not "1,00".
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_YEARS_FOR_NO_DATE = frozenset({1, 1000, 1900})

LONGEST_NUMBER = 100
"""Characters; no quantity and no price needs more, and reading longer ones costs more than it tells."""

Number = int | float | str | None


def quantity_of(value: Number) -> int | None:
    """Return a quantity in whole pieces, a fraction rounded down (R10), or `None` where there is none.

    Numbers may come as text with spaces around, and with commas between thousands (docs/lightspeed-3pa.md,
    numbers). Negative ones are returned as they are: it is for the rules to leave them out. Booleans, NaN,
    Infinity and what is beyond `MAX_INT32` are `None`.
    """
    if type(value) is int:
        return value if -MAX_INT32 <= value <= MAX_INT32 else None
    number = _decimal_of(_without_thousands(value))
    if number is None or not -MAX_INT32 <= number < MAX_INT32 + 1:
        return None
    return int(number.to_integral_value(ROUND_FLOOR))


def cents_of(value: Number) -> int | None:
    """Return a price in cents, half a cent rounded up (R15), or `None` where the old price must stay.

    That is for null, zero (also what rounds to it), negative, non-numeric, and above `MAX_INT32` cents. The
    rounding is exact: a number counts as the decimal that was sent, not as its binary neighbour.
    """
    if type(value) is float and 0 < value < MAX_INT32 // 100:
        cents = value * 100
        if abs(cents % 1 - 0.5) > 0.001:  # away from the half, where a float's error decides nothing
            return round(cents) or None
    number = _decimal_of(value)
    if number is None or not 0 < number <= MAX_INT32:
        return None
    exact = int(number.quantize(_CENT, ROUND_HALF_UP).scaleb(2))
    return exact if 0 < exact <= MAX_INT32 else None


def amount_of(value: Number) -> Decimal | None:
    """Return an amount of money in dollars, to all its digits, or `None` where there is none above zero."""
    number = _decimal_of(value)
    return number if number is not None and 0 < number <= MAX_INT32 else None


def date_of(text: str | None) -> datetime | None:
    """Return a moment in the dealer's own time, without a zone, or `None` where there is no date.

    The service sends no zone (docs/lightspeed-3pa.md, Responses); if there is one it is ignored, as the clock
    time before it is still the dealer's. Digits beyond microseconds are cut. The years 0001, 1000 and 1900
    mean no date.
    """
    if not isinstance(text, str):
        return None
    text = text.strip()
    if text[4:5] != "-" or text[7:8] != "-":  # fromisoformat also reads week dates and dates without dashes
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.year in _YEARS_FOR_NO_DATE:
        return None
    return moment if moment.tzinfo is None else moment.replace(tzinfo=None)


def _without_thousands(value: Number) -> Number:
    if isinstance(value, str) and "," in value and len(value) <= LONGEST_NUMBER:
        text = value.strip()
        return text.replace(",", "") if _THOUSANDS.fullmatch(text) else None
    return value


def _decimal_of(value: Number) -> Decimal | None:
    kind = type(value)  # not isinstance: a bool is an int
    if kind is float and isfinite(value):  # type: ignore[arg-type]
        return Decimal(repr(value))  # the shortest text that means this float: the digits that were sent
    if kind is int:
        return Decimal(value)  # type: ignore[arg-type]
    if isinstance(value, str):
        text = value.strip()
        return Decimal(text) if len(text) <= LONGEST_NUMBER and _NUMBER.fullmatch(text) else None
    return None
