"""Formatting of numbers."""

from __future__ import annotations

from webapp.web.numbers import count, money, number


def test_numbers_are_grouped():
    assert [number(value) for value in (0, 999, 1_234_567, None)] == ["0", "999", "1,234,567", "–"]


def test_a_count_comes_with_its_noun():
    assert [count(value, "part") for value in (0, 1, 2_500)] == ["0 parts", "1 part", "2,500 parts"]
    assert count(2, "dealership", "dealers") == "2 dealers"


def test_money_is_to_the_cent():
    assert [money(cents) for cents in (0, 5, 199_999_999, None)] == ["$0.00", "$0.05", "$1,999,999.99", "–"]
