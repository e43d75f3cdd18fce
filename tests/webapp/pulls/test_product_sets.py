"""Sets of product ids, small and large."""

from __future__ import annotations

from random import Random

import pytest

from webapp.pulls.product_sets import Bitmap, ProductSet


@pytest.mark.parametrize("count", [0, 3, 9_999, 10_001, 25_000])
def test_a_bitmap_holds_what_a_set_holds_in_order(count: int) -> None:
    random = Random(count)
    bitmap, plain = Bitmap(), set()
    for number in random.choices(range(60_000), k=count):
        bitmap.add(number)
        plain.add(number)
    more = random.choices(range(60_000), k=count // 2)
    bitmap.update(more)
    plain.update(more)
    for number in random.choices(range(60_000), k=count // 3):
        bitmap.discard(number)
        plain.discard(number)
    assert list(bitmap) == sorted(plain)
    assert len(bitmap) == len(plain)
    assert [number for number in range(60_001) if number in bitmap] == sorted(plain)
    assert bitmap.common(range(60_001)) == plain


def test_a_bitmap_can_be_changed_while_it_is_read() -> None:
    bitmap = Bitmap()
    bitmap.update(range(20_000))
    for number in bitmap:
        bitmap.discard(number)
        bitmap.add(number + 100_000)
    assert list(bitmap) == list(range(100_000, 120_000))


def test_a_product_set_keeps_manufacturers_apart() -> None:
    products = ProductSet()
    products.update([(2, 7), (1, 9), (2, 3), (2, 7)])
    products.discard(2, 3)
    products.discard(5, 1)
    assert list(products) == [(1, 9), (2, 7)]
    assert (1, 7) not in products
    assert len(products) == 2
