"""Distributors and OEMs of the sample catalog, and the format of their part numbers.

Names of distributors and OEMs are real, so that a dealer recognizes the pages; numbers and products are
invented.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"  # pragma: allowlist secret


@dataclass(frozen=True)
class Distributor:
    """Carries aftermarket brands. `number` turns a serial below 1,000,000 into its own part number."""

    name: str
    abbreviation: str
    share: int  # how often it carries a product, against the others
    number: Callable[[int], str]


@dataclass(frozen=True)
class Oem:
    """Sells under its own brand only. `number` draws a part number in its style; two draws may be equal."""

    name: str
    oem_manufacturer_id: int
    products: int
    number: Callable[[Random], str]


DISTRIBUTORS = (
    Distributor("Tucker Rocky", "TR", 9, lambda n: f"{n // 10_000:02d}-{n % 10_000:04d}"),
    Distributor("Parts Unlimited", "PU", 9, lambda n: f"{n // 1_000 + 1000:04d}-{n % 1_000:04d}"),
    Distributor("Western Power Sports", "WPS", 8, lambda n: f"{n // 10_000 + 100}-{n % 10_000:04d}"),
    Distributor("Drag Specialties", "DS", 5, lambda n: f"DS-{n:06d}"),
    Distributor("Helmet House", "HH", 3, lambda n: f"{n // 1_000:04d}-{n % 1_000:04d}-05"),
    Distributor("Automatic Distributors", "AD", 3, lambda n: f"A{n:06d}"),
    Distributor("Sullivans", "SU", 2, lambda n: f"S{n % 1_000:03d}{_LETTERS[n % 23]}{n // 1_000:03d}"),
    Distributor("Kimpex", "KX", 2, lambda n: f"{n:06d}"),
    Distributor("Land 'N' Sea", "LNS", 2, lambda n: f"{n // 100_000 + 18}-{n % 100_000:05d}"),
)


def _digits(chance: Random, count: int) -> str:
    return f"{chance.randrange(10**count):0{count}d}"


def _letters(chance: Random, count: int) -> str:
    return "".join(chance.choices(_LETTERS, k=count))


def _honda(chance: Random) -> str:
    colour = chance.choice(("", "", "", "ZA", "ZB", "AH"))
    return f"{_digits(chance, 5)}-{_letters(chance, 3)}-{_digits(chance, 3)}{colour}"


def _kawasaki(chance: Random) -> str:
    return f"{_digits(chance, 5)}-{_digits(chance, 4)}{chance.choice(('', '', '', '-18R', '-H8', '-660'))}"


def _yamaha(chance: Random) -> str:
    model = f"{chance.randrange(1, 10)}{_letters(chance, 2)}"
    return f"{model}-{_digits(chance, 5)}-{_digits(chance, 2)}-{chance.choice(('00', '00', 'P0', '33'))}"


def _suzuki(chance: Random) -> str:
    if chance.random() < 0.5:
        return f"{_digits(chance, 5)}-{_digits(chance, 5)}"
    return f"{_digits(chance, 5)}-{_digits(chance, 2)}{_letters(chance, 1)}{_digits(chance, 2)}-000"


OEMS = (
    Oem("Honda", 101, 8_000, _honda),
    Oem("Kawasaki", 102, 7_000, _kawasaki),
    Oem("Yamaha", 103, 7_000, _yamaha),
    Oem("Suzuki", 104, 4_500, _suzuki),
    Oem("Polaris", 105, 4_000, lambda chance: f"{chance.choice('12357')}{_digits(chance, 6)}"),
    Oem("BRP", 106, 2_000, lambda chance: f"{chance.choice((219, 420, 507, 705, 715))}{_digits(chance, 6)}"),
    Oem("KTM", 107, 1_500, lambda chance: f"{_digits(chance, 5)}{_digits(chance, 3)}0{_digits(chance, 2)}"),
    Oem("Mercury Marine", 108, 1_000, lambda chance: f"{_digits(chance, 2)}-{_digits(chance, 6)}Q01"),
)
