"""Parts that Lightspeed reports for a sample dealer: some 8,000, as untidy as a real parts department's."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from random import Random

from sandbox.samples.catalog import CatalogRow, catalog_rows
from sandbox.samples.dealers import SILENT_CODE, SampleDealer
from sandbox.samples.records import Draft, Shelf
from sandbox.simulator.parts import Part, stable_order

PARTS = 8_000
_UNCONFIGURED = 120  # Parts of codes that the dealer never set up: shop supplies, a former supplier.
_TWICE = 24  # Parts that occur twice, with their number in lower case.


def sample_parts(dealer: SampleDealer, today: date) -> list[Part]:
    """Return the dealer's parts by (SupplierCode, PartNumber), with dates relative to `today`.

    Of those in stock and changed within a year, 85 to 90 % have the number of a catalog product.
    """
    chance = Random(f"{dealer.cmf} parts")
    shelf = Shelf(today, chance)
    parts = [shelf.record(draft) for draft in _drafts(dealer, chance)]
    lettered = [record for record in parts if record["PartNumber"] != record["PartNumber"].lower()]
    parts += [shelf.recased(record) for record in chance.sample(lettered, _TWICE)]
    parts += [shelf.record(draft) for draft in _curiosities(dealer)]
    return sorted(parts, key=stable_order)


def manufacturers_of(dealer: SampleDealer, code: str) -> list[str]:
    """Return the manufacturers that a Lightspeed code of the dealer maps to, in list order."""
    return [row.manufacturer for row in dealer.supplier_codes if row.supplier_code == code]


def _drafts(dealer: SampleDealer, chance: Random) -> Iterator[Draft]:
    codes = list(dict.fromkeys(row.supplier_code for row in dealer.supplier_codes))
    codes.remove(SILENT_CODE)
    shares = _shares(dealer, codes)
    for code, count in shares.items():
        rows = [row for name in manufacturers_of(dealer, code) for row in _rows_of(name)]
        for row in chance.sample(rows, min(count, len(rows))):
            yield _draft(code, row, chance)
    for serial in range(_UNCONFIGURED):
        yield Draft(("SHOP", "MISC", "OLD")[serial % 3], f"X{serial:04d}", "SHOP SUPPLY", 4.5)


def _shares(dealer: SampleDealer, codes: list[str]) -> dict[str, int]:
    """Return how many parts each code has: the first of the dealer's list are the largest."""
    weights = {code: 1.0 / (place + 3) for place, code in enumerate(codes)}
    whole = sum(weights.values())
    return {code: round((PARTS - _UNCONFIGURED) * weight / whole) for code, weight in weights.items()}


@cache
def _rows_of(manufacturer: str) -> list[CatalogRow]:
    return [row for row in catalog_rows() if row.manufacturer == manufacturer]


def _draft(code: str, row: CatalogRow, chance: Random) -> Draft:
    """Draft the part with its catalog number; or, for about one in eight, in one of the ways parts fail to
    match."""
    draft = Draft(code, row.part_number, row.name, float(row.msrp or 19.95))
    kind = chance.random()
    if kind < 0.875:
        return draft
    if kind < 0.915:
        return draft._replace(part_number=_repunctuated(row.part_number))
    if kind < 0.945:
        old = f"{row.part_number[:-1]}{chance.choice('XQ')}-OLD"
        return draft._replace(part_number=old, superseded_to=row.part_number)
    return draft._replace(part_number=f"{chance.randrange(10**6):06d}-{code}", name=f"{row.name} (DISC)")


def _repunctuated(part_number: str) -> str:
    """Return the number with different punctuation, as typed at the counter: dashes omitted or inserted."""
    bare = "".join(letter for letter in part_number if letter.isalnum())
    return bare if bare != part_number else f"{bare[:3]}-{bare[3:]}"


def _curiosities(dealer: SampleDealer) -> Iterator[Draft]:
    """Return edge cases that break reports and spreadsheets; all are in stock, and none is in the catalog."""
    code = dealer.supplier_codes[0].supplier_code
    yield Draft(code, "ZZ-0001", "=SUM(A1:A9) DECAL KIT", 12.5, quantity=3)
    yield Draft(code, "ZZ-0002", 'O-RING, 1/4" ID, "VITON", BLACK', 1.25, quantity=40)
    yield Draft(code, "ZZ-0003", "MAÎTRE-CYLINDRE AVANT Ø14 – 日本製", 189.0, quantity=1)
    yield Draft(code, "ZZ-0004", "HOSE;FUEL\t5/16 x 25'", 31.0, quantity=2)
    yield Draft(code, "+ZZ-0005", "@PLUS SIGN, PART NUMBER", 5.0, quantity=2)
    yield Draft(code, "ZZ-0006", "", 8.0, quantity=6)
