"""The guards of one supplier code: the quantity to show, and prices that are blocked (R27). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Final, NamedTuple

from webapp.pulls.entries import Blocked

# In a code's own values: off, whatever the dealer's default is.
OFF: Final = -1

PLACEHOLDER: Final = "placeholder"
MINIMUM: Final = "minimum"
FLOOR: Final = "floor"
CHANGE: Final = "change"

# Cents: what stands for "no price" in many systems.
DEFAULT_PLACEHOLDERS: Final = (1, 999_900, 999_999, 9_999_900, 9_999_999, 99_999_900, 99_999_999)


class GuardValues(NamedTuple):
    """Guards as they are stored, for a dealer or for one of its codes.

    None is off for a dealer, and the dealer's default for a code; there `OFF` and False are off. A buffer has
    either units or percent.
    """

    buffer_units: int | None = None
    buffer_percent: int | None = None
    max_quantity: int | None = None
    price_margin_percent: int | None = None
    max_price_change_percent: int | None = None
    blocks_placeholders: bool | None = None
    keeps_minimum_prices: bool | None = None


@dataclass(frozen=True)
class GuardRules:
    """The guards that apply to a code. Percentages are whole; None, 0 and an empty list are off."""

    buffer_units: int = 0
    buffer_percent: int = 0
    max_quantity: int | None = None
    price_margin_percent: int | None = None
    max_price_change_percent: int | None = None
    placeholders: frozenset[int] = frozenset()
    keeps_minimum_prices: bool = False

    @property
    def is_off(self) -> bool:
        """Whether nothing is limited."""
        return self == GuardRules()

    @property
    def has_price_guards(self) -> bool:
        """Whether a price can be blocked."""
        is_limited = self.price_margin_percent is not None or self.max_price_change_percent is not None
        return is_limited or bool(self.placeholders) or self.keeps_minimum_prices

    def shown(self, quantity: int) -> int:
        """Return how many of these pieces are shown: `max(0, quantity − buffer)`, at most the maximum."""
        buffer = self.buffer_units or -(-quantity * self.buffer_percent // 100)
        shown = max(0, quantity - buffer)
        return shown if self.max_quantity is None else min(shown, self.max_quantity)

    def blocked(
        self, cents: int, before: int | None, cost: Decimal | None = None, minimum: int | None = None
    ) -> Blocked | None:
        """Return why a price is blocked; None if it is not.

        `before` is the code's previous price of the product, `cost` in dollars, `minimum` the minimum
        advertised price.
        """
        if cents in self.placeholders:
            return Blocked(PLACEHOLDER, cents)
        if self.keeps_minimum_prices and minimum is not None and cents < minimum:
            return Blocked(MINIMUM, cents, minimum)
        if self.price_margin_percent is not None and cost is not None:
            floor = _floor(cost, self.price_margin_percent)
            if cents < floor:
                return Blocked(FLOOR, cents, floor)
        if self.max_price_change_percent is not None and before is not None:
            limit = _limit(cents, before, self.max_price_change_percent)
            if limit is not None:
                return Blocked(CHANGE, cents, limit)
        return None


def _floor(cost: Decimal, margin_percent: int) -> int:
    """Return the lowest price in cents: the cost with the margin, rounded up."""
    return int((cost * (100 + margin_percent)).to_integral_value(ROUND_CEILING))


def _limit(cents: int, before: int, percent: int) -> int | None:
    """Return the limit in cents that a change of price exceeds; None if it does not."""
    if abs(cents - before) * 100 <= before * percent:
        return None
    return before * (100 + percent) // 100 if cents > before else -(-before * (100 - percent) // 100)


def resolved(dealer: GuardValues, placeholders: frozenset[int], code: GuardValues | None) -> GuardRules:
    """Return what applies to a code: its own values, else the dealer's."""
    own = code or GuardValues()
    buffer = own if own.buffer_units is not None or own.buffer_percent is not None else dealer

    def value(name: str) -> int | None:
        given = getattr(own, name)
        given = getattr(dealer, name) if given is None else given
        return None if given == OFF else given

    return GuardRules(
        buffer_units=max(0, buffer.buffer_units or 0),
        buffer_percent=max(0, buffer.buffer_percent or 0),
        max_quantity=value("max_quantity"),
        price_margin_percent=value("price_margin_percent"),
        max_price_change_percent=value("max_price_change_percent"),
        placeholders=placeholders if value("blocks_placeholders") else frozenset(),
        keeps_minimum_prices=bool(value("keeps_minimum_prices")),
    )
