"""Guards as pure rules: what is shown, which prices are blocked, and what applies to a code (R27)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from webapp.guards.rules import OFF, GuardRules, GuardValues, resolved
from webapp.pulls.entries import Blocked


@pytest.mark.parametrize(
    ("rules", "quantity", "shown"),
    [
        (GuardRules(), 7, 7),
        (GuardRules(buffer_units=2), 7, 5),
        (GuardRules(buffer_units=7), 7, 0),
        (GuardRules(buffer_units=8), 7, 0),
        # Percent are rounded up: one piece at least is held back.
        (GuardRules(buffer_percent=10), 1, 0),
        (GuardRules(buffer_percent=10), 10, 9),
        (GuardRules(buffer_percent=10), 11, 9),
        (GuardRules(buffer_percent=100), 5, 0),
        (GuardRules(max_quantity=5), 7, 5),
        # The buffer counts first.
        (GuardRules(buffer_units=3, max_quantity=5), 7, 4),
        (GuardRules(buffer_units=2), 0, 0),
    ],
)
def test_the_quantity_shown(rules: GuardRules, quantity: int, shown: int) -> None:
    assert rules.shown(quantity) == shown


@pytest.mark.parametrize(
    ("rules", "cents", "blocked"),
    [
        (GuardRules(), 1, None),
        (GuardRules(placeholders=frozenset({999_999})), 999_999, Blocked("placeholder", 999_999)),
        (GuardRules(placeholders=frozenset({999_999})), 999_998, None),
        # Cost 6.4501: with 10 percent it is 7.09511, rounded up to the cent.
        (GuardRules(price_margin_percent=10), 709, Blocked("floor", 709, 710)),
        (GuardRules(price_margin_percent=10), 710, None),
        (GuardRules(price_margin_percent=0), 645, Blocked("floor", 645, 646)),
        # The price was 10.00.
        (GuardRules(max_price_change_percent=20), 1200, None),
        (GuardRules(max_price_change_percent=20), 1201, Blocked("change", 1201, 1200)),
        (GuardRules(max_price_change_percent=20), 800, None),
        (GuardRules(max_price_change_percent=20), 799, Blocked("change", 799, 800)),
        (GuardRules(keeps_minimum_prices=True), 899, Blocked("minimum", 899, 900)),
        (GuardRules(keeps_minimum_prices=True), 900, None),
        # Of several, the first in this order is named: placeholder, minimum, floor, change.
        (
            GuardRules(price_margin_percent=99, max_price_change_percent=1, keeps_minimum_prices=True),
            100,
            Blocked("minimum", 100, 900),
        ),
    ],
)
def test_a_price_is_blocked(rules: GuardRules, cents: int, blocked: Blocked | None) -> None:
    assert rules.blocked(cents, 1000, Decimal("6.4501"), 900) == blocked


def test_what_is_unknown_blocks_nothing() -> None:
    rules = GuardRules(price_margin_percent=50, max_price_change_percent=1, keeps_minimum_prices=True)
    assert rules.blocked(1, None) is None


@pytest.mark.parametrize(
    ("code", "rules"),
    [
        (None, GuardRules(buffer_percent=10, max_quantity=9, placeholders=frozenset({1}))),
        (
            GuardValues(buffer_units=2),
            GuardRules(buffer_units=2, max_quantity=9, placeholders=frozenset({1})),
        ),
        (GuardValues(buffer_units=OFF, max_quantity=OFF, blocks_placeholders=False), GuardRules()),
        (
            GuardValues(
                price_margin_percent=0, keeps_minimum_prices=True, buffer_percent=5, max_quantity=OFF
            ),
            GuardRules(
                buffer_percent=5,
                price_margin_percent=0,
                keeps_minimum_prices=True,
                placeholders=frozenset({1}),
            ),
        ),
    ],
)
def test_a_code_has_its_own_values_or_the_dealers(code: GuardValues | None, rules: GuardRules) -> None:
    dealer = GuardValues(buffer_percent=10, max_quantity=9, blocks_placeholders=True)
    assert resolved(dealer, frozenset({1}), code) == rules
