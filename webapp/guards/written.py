"""Guards as people write and read them: `3`, `10%`, `off`; empty for the default. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from webapp.core.money import cents_in, decimal_text
from webapp.guards.rules import CHANGE, FLOOR, MINIMUM, OFF, PLACEHOLDER, GuardRules, GuardValues

MOST_UNITS: Final = 1_000_000
MOST_PERCENT: Final = 1_000
MOST_PLACEHOLDERS: Final = 50
# Why a price is blocked.
REASONS: Final = {
    PLACEHOLDER: "Placeholder price",
    MINIMUM: "Below the minimum advertised price",
    FLOOR: "Below cost plus margin",
    CHANGE: "Changed by too much",
}


def amount(text: str | None, least: int, most: int) -> int | None:
    """Return a whole number; None for no text, `OFF` for `off`. Raises ValueError with what it must be."""
    given = (text or "").strip().removesuffix("%").strip()
    if not given:
        return None
    if given.casefold() == "off" or (given == "0" and least > 0):
        return OFF
    if given.isascii() and given.isdigit() and len(given) <= 9 and least <= int(given) <= most:
        return int(given)
    raise ValueError(f"must be a whole number from {least:,} to {most:,}")


def buffer(text: str | None) -> tuple[int | None, int | None]:
    """Return a buffer's units and percent, of which one at most is given. Raises ValueError."""
    if (text or "").strip().endswith("%"):
        percent = amount(text, 1, 100)
        return (OFF, None) if percent == OFF else (None, percent)
    return amount(text, 1, MOST_UNITS), None


def buffer_text(values: GuardValues) -> str:
    """Return a buffer as it is written."""
    if values.buffer_percent is not None:
        return f"{values.buffer_percent}%"
    return amount_text(values.buffer_units)


def amount_text(value: int | None) -> str:
    """Return a number as it is written."""
    return "" if value is None else "off" if value == OFF else str(value)


def prices(text: str | None) -> list[int]:
    """Return prices in cents, separated by spaces or lines. Raises ValueError with what is wrong."""
    found = []
    for each in (text or "").split():
        try:
            found.append(cents_in(each))
        except ValueError as error:
            raise ValueError(f"{each[:30]} {error}") from None
    if len(found) > MOST_PLACEHOLDERS:
        raise ValueError(f"can have up to {MOST_PLACEHOLDERS} prices")
    return sorted(set(found))


def prices_text(cents: tuple[int, ...]) -> str:
    """Return prices as they are written, one on each line."""
    return "\n".join(map(decimal_text, sorted(cents)))


def described(rules: GuardRules, *, has_minimums: bool) -> list[str]:
    """Return what applies, in a few words each."""
    return list(_described(rules, has_minimums=has_minimums))


def _described(rules: GuardRules, *, has_minimums: bool) -> Iterator[str]:
    if rules.buffer_units:
        yield f"{rules.buffer_units:,} held back"
    if rules.buffer_percent:
        yield f"{rules.buffer_percent}% held back"
    if rules.max_quantity is not None:
        yield f"{rules.max_quantity:,} shown at most"
    if rules.price_margin_percent is not None:
        yield f"price at least cost + {rules.price_margin_percent:,}%"
    if rules.max_price_change_percent is not None:
        yield f"price changes up to {rules.max_price_change_percent:,}%"
    if rules.placeholders:
        yield "no placeholder prices"
    if rules.keeps_minimum_prices and has_minimums:
        yield "minimum advertised prices"
