"""Writes the sample catalog: some 60,000 products of three catalogs, in the CSV format of `catalog
import`."""

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from random import Random
from typing import IO, NamedTuple

from sandbox.samples.dealers import SAMPLE_DEALERS, SampleDealer
from sandbox.samples.manufacturers import DISTRIBUTORS, OEMS, Distributor, Oem
from sandbox.samples.vocabulary import BRANDS, FITMENTS, LINES, OEM_NOUNS, SHOP_NOUNS, Line

COLUMNS = (
    *("catalog", "manufacturer", "abbreviation", "oem_manufacturer_id", "dealer"),
    *("part_number", "brand", "mpn", "name", "msrp"),
)
AFTERMARKET_PRODUCTS = 24_000
PRIVATE_LABEL_PRODUCTS = 400


class CatalogRow(NamedTuple):
    """One part number of one product. `dealer` is a sample dealer's key, or empty."""

    catalog: str
    manufacturer: str
    abbreviation: str
    oem_manufacturer_id: str
    dealer: str
    part_number: str
    brand: str
    mpn: str
    name: str
    msrp: str


def write_catalog(file: IO[str], private_label_dealers: Mapping[str, int | str]) -> int:
    """Write the catalog to an open text file; return the number of rows, without the header.

    `private_label_dealers` maps each sample dealer's key ("northwind", "summit") to the dealer id; private
    labels of missing dealers are left out.
    """
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    written = 0
    for row in catalog_rows():
        if row.dealer and row.dealer not in private_label_dealers:
            continue
        writer.writerow(row._replace(dealer=str(private_label_dealers[row.dealer])) if row.dealer else row)
        written += 1
    return written


@cache
def catalog_rows() -> tuple[CatalogRow, ...]:
    """Return every row, in the order of the file. Cached: the parts of both dealers are drawn from it."""
    rows = [*_aftermarket(Random(1001))]
    for oem in OEMS:
        rows.extend(_oem(oem, Random(oem.oem_manufacturer_id)))
    for number, dealer in enumerate(SAMPLE_DEALERS):
        rows.extend(_private_label(dealer, Random(2001 + number)))
    return tuple(rows)


def _aftermarket(chance: Random) -> Iterator[CatalogRow]:
    """Return each product with the part number of every distributor that carries it: one to four of them."""
    carried = dict.fromkeys((one.abbreviation for one in DISTRIBUTORS), 0)
    for serial in range(AFTERMARKET_PRODUCTS):
        brand, line = BRANDS[serial % len(BRANDS)], _line(serial % len(BRANDS), chance)
        mpn = _mpn(brand, serial, chance)
        name, msrp = _name(line, chance), _price(line.cheapest, line.dearest, chance)
        for distributor in _carriers(chance):
            carried[distributor.abbreviation] += 1
            # 4,319 and 1,000,000 have no common factor: serials look random, and none occurs twice.
            number = distributor.number(carried[distributor.abbreviation] * 4_319 % 1_000_000)
            labels = (distributor.name, distributor.abbreviation, "", "")
            yield CatalogRow("aftermarket", *labels, number, brand, mpn, name, msrp)


def _line(brand: int, chance: Random) -> Line:
    """A brand makes eight adjacent kinds of product in the list."""
    return LINES[(brand * 3 + chance.randrange(8)) % len(LINES)]


def _carriers(chance: Random) -> list[Distributor]:
    count = chance.choices((1, 2, 3, 4), (45, 35, 15, 5))[0]
    shares = [one.share for one in DISTRIBUTORS]
    drawn = chance.choices(DISTRIBUTORS, shares, k=count)
    return list(dict.fromkeys(drawn))


def _mpn(brand: str, serial: int, chance: Random) -> str:
    initials = "".join(letter for letter in brand.upper() if letter.isascii() and letter.isalpha())[:2]
    return f"{initials}-{serial // len(BRANDS) + 1000}{chance.choice(('', '', 'F', 'R', '-BK', '.2'))}"


def _name(line: Line, chance: Random) -> str:
    words = [line.noun, *(chance.choice(option) for option in line.options)]
    fitment = chance.choice(FITMENTS)
    return ", ".join(words) + ("" if line.universal or fitment == "Universal" else f" for {fitment}")


def _oem(oem: Oem, chance: Random) -> Iterator[CatalogRow]:
    """Return an OEM's rows. Its part number is the MPN too, so most rows leave that column empty, as price
    books do."""
    seen: set[str] = set()
    while len(seen) < oem.products:
        number = oem.number(chance)
        if number in seen:
            continue
        seen.add(number)
        msrp = _price(1.5, 60, chance) if chance.random() < 0.8 else _price(60, 900, chance)
        labels = (oem.name, "", str(oem.oem_manufacturer_id), "")
        mpn = number if chance.random() < 0.1 else ""
        yield CatalogRow("oem", *labels, number, oem.name, mpn, chance.choice(OEM_NOUNS), msrp)


def _private_label(dealer: SampleDealer, chance: Random) -> Iterator[CatalogRow]:
    for serial in range(PRIVATE_LABEL_PRODUCTS):
        name = (
            f"{dealer.private_label} {SHOP_NOUNS[serial % len(SHOP_NOUNS)]}, {serial // len(SHOP_NOUNS) + 1}"
        )
        labels, sku = (dealer.private_label, "", "", dealer.key), f"{dealer.sku_prefix}-{1001 + serial}"
        yield CatalogRow("private_label", *labels, sku, dealer.private_label, "", name, _price(4, 90, chance))


def _price(cheapest: float, dearest: float, chance: Random) -> str:
    """Return dollars and cents, ending in .95 or .99 as retail prices do; sometimes unknown."""
    if chance.random() < 0.01:
        return ""
    return f"{int(chance.uniform(cheapest, dearest)) + chance.choice((0.95, 0.99, 0.49)):.2f}"
