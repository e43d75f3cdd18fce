"""A dealer with many codes over a catalog of any size whose manufacturers overlap on purpose.

Nothing is random: part number `place` of a manufacturer follows from the two alone, so what each code really
is, is known without the catalog. Of each manufacturer's part numbers, a fifth are short ones that many have.
Every second one also resells three tenths of its neighbor's, and every twentieth carries numbers of the ten
before it.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import IO, NamedTuple

from sandbox.samples.catalog import COLUMNS
from sandbox.simulator.parts import Part, part

MANUFACTURERS = 80
_OEMS = 20
_CHUNK = 5_000
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# One part in eight is in no catalog; one in fifty is of another manufacturer, entered under the wrong code.
_UNKNOWN_EVERY, _WRONG_EVERY = 8, 50


class ManyCodes(NamedTuple):
    """A dealer with so many codes and parts in stock, over a catalog of so many products."""

    codes: int
    parts: int
    products: int

    def truth(self) -> dict[str, str]:
        """Return the manufacturer that each code really is; with many codes, several are the same one."""
        return {code_of(number): manufacturer_of(number % MANUFACTURERS) for number in range(self.codes)}

    def write_catalog(self, file: IO[str]) -> None:
        """Write the catalog as `catalog import` reads it, in constant memory."""
        file.write(",".join(COLUMNS) + "\n")
        for start in range(0, self._each * MANUFACTURERS, _CHUNK):
            until = min(start + _CHUNK, self._each * MANUFACTURERS)
            file.writelines(self._line(number) for number in range(start, until))

    def stock(self, today: date) -> Iterator[Part]:
        """Return the parts, all in stock and changed a day before; the first codes have the most."""
        changed = datetime.combine(today - timedelta(days=1), time(8)).isoformat()
        plain = part(None, None, Description="PART", lastupdatedate=changed, DateGathered=changed)
        for number, count in enumerate(self._counts()):
            code, maker = code_of(number), number % MANUFACTURERS
            for place, part_number in enumerate(self._numbers(maker, count)):
                quantity, price = place % 9 + 1, round(5 + place % 400, 2)
                stock = {"OnHand": quantity, "Avail": quantity - place % 2, "Retail": price}
                named = {
                    "SupplierCode": code,
                    "PartNumber": part_number,
                    "Description": f"{code} part {place}",
                }
                yield {**plain, **stock, **named, "CurrentActivePrice": price}

    @property
    def _each(self) -> int:
        """Number of part numbers of each manufacturer."""
        return self.products // MANUFACTURERS

    def _counts(self) -> list[int]:
        """Return the number of parts of each code, at least four."""
        weights = [1 / (number + 3) for number in range(self.codes)]
        return [max(4, round(self.parts * weight / sum(weights))) for weight in weights]

    def _numbers(self, maker: int, count: int) -> Iterator[str]:
        """Return part numbers of a code of the manufacturer, spread over its catalog; some are not in it."""
        step = max(1, self._each // count)
        for place in range(count):
            if place % _UNKNOWN_EVERY == 3:
                yield f"SPECIAL-{maker}-{place}"
            elif place % _WRONG_EVERY == 17:
                yield self._part_number((maker + 7) % MANUFACTURERS, place * step % self._each)
            else:
                yield self._part_number(maker, place * step % self._each)

    def _part_number(self, maker: int, place: int) -> str:
        turn = place % 10
        if turn < 2:
            pool = max(1, self._each // 2)
            return f"{10_000 + (place // 10 * 2 + turn + maker * 37) % pool}"
        if maker % 20 == 19 and turn < 7:
            return _own_number(maker - 1 - place // 10 % 10, place)
        if maker % 2 and turn < 5:
            return _own_number(maker - 1, place)
        return _own_number(maker, place)

    def _line(self, number: int) -> str:
        place, maker = divmod(number, MANUFACTURERS)
        name, part_number = manufacturer_of(maker), self._part_number(maker, place)
        product = f"{name},{name}-{place:06d},Part {place} of {name},{5 + place % 400}.00"
        if maker < MANUFACTURERS - _OEMS:
            return f"aftermarket,{name},{_abbreviation(maker)},,,{part_number},{product}\n"
        return f"oem,{name},,{700 + maker},,{part_number},{product}\n"


def code_of(number: int) -> str:
    """Return a code that does not tell its manufacturer."""
    first, second = divmod(number * 31 % 676, 26)
    return f"{_LETTERS[second]}{_LETTERS[first]}"


def manufacturer_of(maker: int) -> str:
    """Return the name of a manufacturer."""
    return f"Overlap {'Distributor' if maker < MANUFACTURERS - _OEMS else 'OEM'} {maker}"


def _abbreviation(maker: int) -> str:
    return f"V{maker:02d}"


def _own_number(maker: int, place: int) -> str:
    """Return a number in the manufacturer's own style; no other one has it, unless it resells it."""
    styles = (
        f"{maker:02d}-{place:06d}",
        f"{_LETTERS[maker % 26]}{maker:02d}{place:06d}",
        f"{place:06d}.{maker:02d}",
        f"{place // 100:04d}-{place % 100:02d}-{maker:02d}",
    )
    return styles[maker % 4]
