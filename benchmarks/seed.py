"""Seeds catalogs and connected dealers set-based."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from benchmarks.service import PASSWORD
from sandbox.simulator import part
from sandbox.simulator.parts import Part
from webapp.core import vault
from webapp.core.text_keys import bare_key_of, key_of
from webapp.extensions import db
from webapp.models import Configuration, Dealer, Manufacturer, PartNumber, Product, SupplierCode

TIMEZONE = "America/Chicago"


@dataclass(frozen=True)
class SeedDealer:
    """A dealer with so many codes of so many parts each, under this login."""

    name: str
    cmf: str
    username: str
    codes: int
    parts: int

    def stock(self) -> Iterator[Part]:
        """Its parts, with only the fields that are read; quantities differ between dealers."""
        changed = part(None, None)["lastupdatedate"]
        for code in range(self.codes):
            for place in range(self.parts):
                quantity, price = 1 + (place + int(self.cmf)) % 9, 10 + place % 50
                yield {
                    **{"SupplierCode": _code(code), "PartNumber": _number(code, place)},
                    **{"OnHand": quantity, "Avail": quantity, "Retail": price, "CurrentActivePrice": price},
                    "lastupdatedate": changed,
                }


def seed_catalog(codes: int, products: int) -> None:
    """A manufacturer for each code, numbered from 1, each with so many products."""
    for code in range(codes):
        manufacturer = add_manufacturer(f"Maker {code}", "aftermarket", _code(code))
        add_products(manufacturer, [_number(code, place) for place in range(products)])
    db.session.commit()


def seed_dealers(dealers: Sequence[SeedDealer]) -> dict[str, int]:
    """Add connected dealers; their ids by CMF."""
    ids = {one.cmf: add_dealer(one.name, one.cmf, one.username) for one in dealers}
    for dealer in dealers:
        map_codes(ids[dealer.cmf], [(_code(code), code + 1, "retail") for code in range(dealer.codes)])
    db.session.commit()
    return ids


def add_manufacturer(
    name: str, catalog: str, abbreviation: str | None = None, dealer_id: int | None = None
) -> Manufacturer:
    """A manufacturer of a catalog; a private-label one belongs to a dealer."""
    key = key_of(abbreviation or name)
    manufacturer = Manufacturer(
        catalog=catalog,
        name=name,
        name_key=key_of(name),
        abbreviation=abbreviation or name if catalog == "aftermarket" else None,
        abbreviation_key=key if catalog == "aftermarket" else None,
        oem_manufacturer_id=key if catalog == "oem" else None,
        dealer_id=dealer_id,
        owner_key=dealer_id or 0,
    )
    db.session.add(manufacturer)
    db.session.flush()
    return manufacturer


def add_products(manufacturer: Manufacturer, numbers: Sequence[str]) -> None:
    """A product with one part number for each of these numbers."""
    owner = {"dealer_id": manufacturer.dealer_id, "owner_key": manufacturer.owner_key}
    brand = {"brand": manufacturer.name, "brand_key": manufacturer.name_key}
    of_all = {"catalog": manufacturer.catalog, **owner, **brand}
    rows = [{**of_all, "mpn": one, "mpn_key": key_of(one), "name": f"Product {one}"} for one in numbers]
    db.session.execute(insert(Product), rows)
    of_brand = Product.brand == manufacturer.name, Product.mpn.in_(numbers)
    products = db.session.execute(select(Product.id, Product.mpn).where(*of_brand))
    rows = [
        {
            "manufacturer_id": manufacturer.id,
            "product_id": product_id,
            "part_number": mpn,
            "key": key_of(mpn),
            "bare_key": bare_key_of(mpn),
        }
        for product_id, mpn in products
    ]
    db.session.execute(insert(PartNumber), rows)


def add_dealer(name: str, cmf: str, username: str) -> int:
    """A dealer with checked credentials; the id."""
    dealer = Dealer(name=name, timezone=TIMEZONE)
    db.session.add(dealer)
    db.session.flush()
    sealed = vault.seal(PASSWORD)
    credentials = {"cmf": cmf, "username": username, "sealed_password": sealed}
    db.session.add(Configuration(dealer_id=dealer.id, enabled=True, check_state="connected", **credentials))
    db.session.flush()
    return dealer.id


def map_codes(dealer_id: int, mappings: Iterable[tuple[str, int, str]]) -> None:
    """Add supplier codes: code, manufacturer id and pricing of each."""
    rows = [
        {
            "dealer_id": dealer_id,
            "position": position,
            "code": code,
            "code_key": key_of(code),
            "manufacturer_id": manufacturer_id,
            "lead_time_days": position % 5 + 1,
            "pricing": pricing,
        }
        for position, (code, manufacturer_id, pricing) in enumerate(mappings)
    ]
    if rows:
        db.session.execute(insert(SupplierCode), rows)


def _code(code: int) -> str:
    return f"C{code:03}"


def _number(code: int, place: int) -> str:
    return f"{_code(code)}-{place:05}"
