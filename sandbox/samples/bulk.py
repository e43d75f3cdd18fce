"""Catalogs and parts of any size for benchmarks, streamed in constant memory.

Nothing is random: product `i` follows from `i` alone, so matching parts are known without the catalog.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import IO

from sandbox.samples.catalog import COLUMNS
from sandbox.samples.dealers import SupplierCodeRow
from sandbox.simulator.parts import Part, part

PRODUCTS = 1_000_000
_DISTRIBUTORS, _OEMS = 8, 4
BULK_CODES = tuple(f"B{number}" for number in range(1, _DISTRIBUTORS + 1)) + tuple(
    f"E{number}" for number in range(1, _OEMS + 1)
)
_NOUNS = (
    "Brake Pad Set",
    "Chain",
    "Sprocket",
    "Gasket Kit",
    "Oil Filter",
    "Tire",
    "Lever",
    "Wheel Bearing Kit",
)
_PLACES = ("Front", "Rear", "Left", "Right", "Upper", "Lower", "Inner", "Outer", "Center")
_MAKES = ("Sintered", "Chrome", "Black", "Heavy Duty", "Stainless", "Forged", "Sealed", "Coated", "Machined")
_CHUNK = 5_000


def bulk_catalog(file: IO[str], products: int = PRODUCTS, codes: int = len(BULK_CODES)) -> int:
    """Write `products` products, each with one part number, spread evenly over the twelve manufacturers.

    Those of the first `codes` manufacturers only.
    """
    file.write(",".join(COLUMNS) + "\n")
    for start in range(0, products, _CHUNK):
        numbers = range(start, min(start + _CHUNK, products))
        file.writelines(_line(number) for number in numbers if number % len(BULK_CODES) < codes)
    return products


def bulk_supplier_codes() -> list[SupplierCodeRow]:
    """Return one row for each of `BULK_CODES`, in the columns of `supplier-codes import`."""
    return [
        SupplierCodeRow("aftermarket" if code[0] == "B" else "oem", code, _manufacturer(code), 2, "retail")
        for code in BULK_CODES
    ]


def bulk_parts(
    count: int, codes: Sequence[str] = BULK_CODES, today: date | None = None, products: int = PRODUCTS
) -> Iterator[Part]:
    """Return `count` parts in stock, distributed over `codes` in turn, each in a bulk catalog of `products`
    products.

    They are as far apart in the catalog as possible. Raises ValueError if a manufacturer has too few
    products. `today` (default: the current date in UTC) makes the dates recent.
    """
    needed, own = -(-count // len(codes)), products // len(BULK_CODES)
    if needed > own:
        raise ValueError(f"{count} parts of {len(codes)} codes need {needed * len(BULK_CODES)} products")
    plain = part(None, None, Description="BULK PART")
    if today is not None:
        plain |= dict.fromkeys(("lastupdatedate", "DateGathered"), _morning_before(today))
    for number in range(count):
        code, place = codes[number % len(codes)], number // len(codes) * (own // needed)
        price = round(5 + number % 20_000 / 100, 2)
        quantity = number % 40 + 1
        yield {
            **plain,
            **{"SupplierCode": code, "PartNumber": _part_number(code, place)},
            **{"OnHand": quantity, "Avail": quantity, "Retail": price, "CurrentActivePrice": price},
        }


def changed(parts: Sequence[Part], share: float, seed: int = 1) -> list[Part]:
    """Return the parts in the same order, a `share` of them (0.01: one in a hundred) with one more in
    stock."""
    chosen = set(Random(seed).sample(range(len(parts)), round(len(parts) * share)))
    return [_restocked(record) if place in chosen else record for place, record in enumerate(parts)]


def _restocked(one: Part) -> Part:
    return {**one, "OnHand": one["OnHand"] + 1, "Avail": one["Avail"] + 1}


def _line(number: int) -> str:
    place, turn = divmod(number, len(BULK_CODES))
    code = BULK_CODES[turn]
    part_number, price = _part_number(code, place), f"{5 + number % 40_000 / 100:.2f}"
    name = f"{_NOUNS[number % 8]} {_PLACES[number // 8 % 9]} {_MAKES[number // 72 % 9]} {place}"
    if code[0] == "B":
        brand, mpn = f"Bulk Brand {number % 97}", f"M{number:07d}"
        return f"aftermarket,{_manufacturer(code)},{code},,,{part_number},{brand},{mpn},{name},{price}\n"
    return f"oem,{_manufacturer(code)},,{900 + turn},,{part_number},{_manufacturer(code)},,{name},{price}\n"


def _manufacturer(code: str) -> str:
    return f"Bulk {'Distributor' if code[0] == 'B' else 'OEM'} {code[1:]}"


def _part_number(code: str, place: int) -> str:
    return f"{code}-{place:06d}"


def _morning_before(today: date) -> str:
    return datetime.combine(today - timedelta(days=1), time(8)).isoformat()
