"""Amounts of money are shown to the cent, in pages and in files for programs."""

from __future__ import annotations

import pytest

from webapp.core.limits import MAX_CENTS
from webapp.core.money import decimal_text, dollars


@pytest.mark.parametrize(
    ("cents", "for_programs", "for_people"),
    [
        (0, "0.00", "$0.00"),
        (5, "0.05", "$0.05"),
        (123450, "1234.50", "$1,234.50"),
        (MAX_CENTS, "21474836.47", "$21,474,836.47"),
    ],
)
def test_cents_become_an_amount_with_two_decimals(cents: int, for_programs: str, for_people: str) -> None:
    assert decimal_text(cents) == for_programs
    assert dollars(cents) == for_people
