"""Opens many dealers over one catalog, each with its codes, its login and its stock, set-based."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from benchmarks.service import PASSWORD
from sandbox.simulator import part
from sandbox.simulator.parts import Part
from webapp.core import vault
from webapp.extensions import db
from webapp.models import Configuration, Dealer, Manufacturer, PartNumber, Product, SupplierCode

TIMEZONE = "America/Chicago"


@dataclass(frozen=True)
class Shop:
    """What one dealer reports: so many codes with so many parts each, under this login."""

    name: str
    cmf: str
    username: str
    codes: int
    parts: int

    def stock(self) -> Iterator[Part]:
        """Its parts, with what is read of them alone; no two shops' are alike in quantity."""
        changed = part(None, None)["lastupdatedate"]
        for code in range(self.codes):
            for place in range(self.parts):
                quantity, price = 1 + (place + int(self.cmf)) % 9, 10 + place % 50
                yield {
                    **{"SupplierCode": _code(code), "PartNumber": _number(code, place)},
                    **{"OnHand": quantity, "Avail": quantity, "Retail": price, "CurrentActivePrice": price},
                    "lastupdatedate": changed,
                }


def fill_catalog(codes: int, products: int) -> None:
    """A manufacturer for each code, each with so many products."""
    db.session.execute(
        insert(Manufacturer),
        [
            {
                "catalog": "aftermarket",
                "name": f"Maker {code}",
                "name_key": f"maker {code}",
                "abbreviation": _code(code),
                "abbreviation_key": _code(code).casefold(),
                "owner_key": 0,
            }
            for code in range(codes)
        ],
    )
    for manufacturer_id, code in enumerate(range(codes), start=1):
        _sell(manufacturer_id, code, products)
    db.session.commit()


def _sell(manufacturer_id: int, code: int, products: int) -> None:
    numbers = [_number(code, place) for place in range(products)]
    brand = f"Maker {code}"
    fields = {"catalog": "aftermarket", "owner_key": 0, "brand": brand, "brand_key": brand.casefold()}
    rows = [{**fields, "mpn": one, "mpn_key": one.casefold(), "name": f"Product {one}"} for one in numbers]
    db.session.execute(insert(Product), rows)
    made = db.session.execute(select(Product.id, Product.mpn).where(Product.brand == brand))
    rows = [
        {
            "manufacturer_id": manufacturer_id,
            "product_id": product_id,
            "part_number": mpn,
            "key": mpn.casefold(),
            "bare_key": mpn.casefold().replace("-", ""),
        }
        for product_id, mpn in made
    ]
    db.session.execute(insert(PartNumber), rows)


def open_shops(shops: Sequence[Shop]) -> dict[str, int]:
    """Add connected dealers; their ids by CMF."""
    dealers = [Dealer(name=shop.name, timezone=TIMEZONE) for shop in shops]
    db.session.add_all(dealers)
    db.session.flush()
    sealed = vault.seal(PASSWORD)
    ids = {shop.cmf: dealer.id for shop, dealer in zip(shops, dealers, strict=True)}
    db.session.add_all(
        Configuration(
            dealer_id=ids[shop.cmf],
            enabled=True,
            cmf=shop.cmf,
            username=shop.username,
            sealed_password=sealed,
            check_state="connected",
        )
        for shop in shops
    )
    db.session.flush()
    rows = [_mapping(ids[shop.cmf], code) for shop in shops for code in range(shop.codes)]
    if rows:
        db.session.execute(insert(SupplierCode), rows)
    db.session.commit()
    return ids


def _mapping(dealer_id: int, code: int) -> dict[str, object]:
    return {
        "dealer_id": dealer_id,
        "position": code,
        "code": _code(code),
        "code_key": _code(code).casefold(),
        "manufacturer_id": code + 1,
        "lead_time_days": 2,
        "pricing": "retail",
    }


def _code(code: int) -> str:
    return f"C{code:03}"


def _number(code: int, place: int) -> str:
    return f"{_code(code)}-{place:05}"
