"""Sets of product ids in little memory: one bit for each id up to the largest."""

from __future__ import annotations

from collections.abc import Iterator


class Bitmap:
    """A set of small whole numbers."""

    def __init__(self) -> None:
        self._bits = bytearray()
        self._length = 0

    def add(self, number: int) -> None:
        """Add a number."""
        place, bit = number >> 3, 1 << (number & 7)
        if place >= len(self._bits):
            self._bits.extend(bytes(max(place + 1 - len(self._bits), len(self._bits))))
        if not self._bits[place] & bit:
            self._bits[place] |= bit
            self._length += 1

    def discard(self, number: int) -> None:
        """Remove a number, if it is in the set."""
        if number in self:
            self._bits[number >> 3] &= ~(1 << (number & 7))
            self._length -= 1

    def __contains__(self, number: int) -> bool:
        place = number >> 3
        return place < len(self._bits) and bool(self._bits[place] & 1 << (number & 7))

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[int]:
        for place, byte in enumerate(self._bits):
            if byte:
                yield from (place * 8 + bit for bit in range(8) if byte >> bit & 1)


class ProductSet:
    """A set of products, each with a manufacturer."""

    def __init__(self) -> None:
        self._products: dict[int, Bitmap] = {}

    def add(self, manufacturer_id: int, product_id: int) -> None:
        """Add a product of a manufacturer."""
        self.of(manufacturer_id).add(product_id)

    def discard(self, manufacturer_id: int, product_id: int) -> None:
        """Remove a product of a manufacturer, if it is in the set."""
        self.of(manufacturer_id).discard(product_id)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        for manufacturer_id, products in sorted(self._products.items()):
            yield from ((manufacturer_id, product_id) for product_id in products)

    def of(self, manufacturer_id: int) -> Bitmap:
        """Return the products of a manufacturer."""
        return self._products.setdefault(manufacturer_id, Bitmap())

    def __contains__(self, pair: tuple[int, int]) -> bool:
        products = self._products.get(pair[0])
        return products is not None and pair[1] in products

    def __len__(self) -> int:
        return sum(map(len, self._products.values()))
