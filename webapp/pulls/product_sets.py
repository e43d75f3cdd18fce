"""Sets of product ids in little memory: one bit for each id up to the largest."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final

# Numbers that are kept as they are; more are kept as bits.
_FEW: Final = 10_000

_WITH_BITS: Final = re.compile(rb"[^\0]")
_BITS_OF: Final = [tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256)]


class Bitmap:
    """A set of small whole numbers."""

    def __init__(self) -> None:
        self._few: set[int] = set()
        self._bits = bytearray()
        self._length = 0

    def add(self, number: int) -> None:
        """Add a number."""
        self._few.add(number)
        if len(self._few) > _FEW:
            self._keep_as_bits()

    def update(self, numbers: Iterable[int]) -> None:
        """Add numbers."""
        self._few.update(numbers)
        if len(self._few) > _FEW:
            self._keep_as_bits()

    def discard(self, number: int) -> None:
        """Remove a number, if it is in the set."""
        self._few.discard(number)
        if self._has_bit(number):
            self._bits[number >> 3] &= ~(1 << (number & 7))
            self._length -= 1

    def common(self, numbers: Collection[int]) -> set[int]:
        """Return those of some numbers that are in the set."""
        found = self._few.intersection(numbers)
        if bits := self._bits:
            most = len(bits) << 3
            found.update([one for one in numbers if one < most and bits[one >> 3] >> (one & 7) & 1])
        return found

    def __contains__(self, number: int) -> bool:
        return number in self._few or self._has_bit(number)

    def __len__(self) -> int:
        self._keep_all_as_bits()
        return self._length + len(self._few)

    def __iter__(self) -> Iterator[int]:
        """Yield the numbers in their order, as they are at the beginning."""
        self._keep_all_as_bits()
        if not self._bits:
            yield from sorted(self._few)
        for found in _WITH_BITS.finditer(bytes(self._bits)):
            first = found.start() * 8
            for bit in _BITS_OF[found[0][0]]:
                yield first + bit

    def _has_bit(self, number: int) -> bool:
        place = number >> 3
        return place < len(self._bits) and bool(self._bits[place] & 1 << (number & 7))

    def _keep_all_as_bits(self) -> None:
        """Keep all numbers in the same way."""
        if self._bits and self._few:
            self._keep_as_bits()

    def _keep_as_bits(self) -> None:
        needed = (max(self._few) >> 3) + 1
        if needed > len(self._bits):
            self._bits.extend(bytes(max(needed - len(self._bits), len(self._bits))))
        bits = self._bits
        for number in self._few:
            place, bit = number >> 3, 1 << (number & 7)
            if not bits[place] & bit:
                bits[place] |= bit
                self._length += 1
        self._few = set()


class ProductSet:
    """A set of products, each with a manufacturer."""

    def __init__(self) -> None:
        self._products: dict[int, Bitmap] = {}

    def add(self, manufacturer_id: int, product_id: int) -> None:
        """Add a product of a manufacturer."""
        self.of(manufacturer_id).add(product_id)

    def update(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Add products, each after its manufacturer."""
        listed = list(pairs)
        for manufacturer_id in {number for number, _ in listed}:
            self.of(manufacturer_id).update(
                [product for number, product in listed if number == manufacturer_id]
            )

    def discard(self, manufacturer_id: int, product_id: int) -> None:
        """Remove a product of a manufacturer, if it is in the set."""
        if manufacturer_id in self._products:
            self._products[manufacturer_id].discard(product_id)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        for manufacturer_id, products in sorted(self._products.items()):
            yield from ((manufacturer_id, product_id) for product_id in products)

    def of(self, manufacturer_id: int) -> Bitmap:
        """Return the products of a manufacturer."""
        if manufacturer_id not in self._products:
            self._products[manufacturer_id] = Bitmap()
        return self._products[manufacturer_id]

    def __contains__(self, pair: tuple[int, int]) -> bool:
        products = self._products.get(pair[0])
        return products is not None and pair[1] in products

    def __len__(self) -> int:
        return sum(map(len, self._products.values()))
