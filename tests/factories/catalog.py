"""Manufacturers and their products."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.factories.rows import save
from webapp.core.text_keys import bare_key_of, key_of
from webapp.extensions import db
from webapp.models import CatalogVersion, Dealer, Manufacturer, PartNumber, Product


def make_manufacturer(
    name: str,
    catalog: str = "aftermarket",
    dealer: Dealer | None = None,
    abbreviation: str = "",
    numbers: Iterable[str] = (),
) -> Manufacturer:
    """A manufacturer with a product for each part number; the dealer owns a private label.

    The abbreviation of an aftermarket distributor, and the id of an OEM, are the name by default.
    """
    short = (abbreviation or name) if catalog == "aftermarket" else None
    manufacturer = save(
        Manufacturer(
            catalog=catalog,
            name=name,
            name_key=key_of(name),
            abbreviation=short,
            abbreviation_key=key_of(short) if short else None,
            oem_manufacturer_id=name if catalog == "oem" else None,
            dealer_id=dealer.id if dealer else None,
            owner_key=dealer.id if dealer else 0,
        )
    )
    _make_products(manufacturer, numbers)
    return manufacturer


def _make_products(manufacturer: Manufacturer, numbers: Iterable[str]) -> None:
    """A product with one part number for each: in two flushes, as one by one took minutes of the suite."""
    products = [(number, _product(manufacturer, number)) for number in numbers]
    db.session.add_all(product for _, product in products)
    db.session.flush()
    db.session.add_all(_part_number(manufacturer, product, number) for number, product in products)
    db.session.commit()


def raise_catalog_version() -> None:
    """Have runs match their parts again, as an import does."""
    version = db.session.get(CatalogVersion, 0) or CatalogVersion(owner_key=0, version=0)
    version.version += 1
    save(version)


def make_product(manufacturer: Manufacturer, number: str, **fields: Any) -> Product:
    """A product with one part number; brand, MPN and name have defaults."""
    product = _product(manufacturer, number, **fields)
    db.session.add(product)
    db.session.flush()
    make_part_number(manufacturer, product, number)
    return product


def _product(
    manufacturer: Manufacturer, number: str, *, brand: str = "", mpn: str = "", name: str = "", **fields: Any
) -> Product:
    brand, mpn = brand or manufacturer.name, mpn or number
    return Product(
        catalog=manufacturer.catalog,
        dealer_id=manufacturer.dealer_id,
        owner_key=manufacturer.owner_key,
        brand=brand,
        brand_key=key_of(brand),
        mpn=mpn,
        mpn_key=key_of(mpn),
        name=name or f"Product {number}",
        **fields,
    )


def make_part_number(manufacturer: Manufacturer, product: Product, number: str) -> PartNumber:
    """A further part number under which a manufacturer sells the product."""
    return save(_part_number(manufacturer, product, number))


def _part_number(manufacturer: Manufacturer, product: Product, number: str) -> PartNumber:
    keys = {"part_number": number, "key": key_of(number), "bare_key": bare_key_of(number)}
    return PartNumber(manufacturer_id=manufacturer.id, product_id=product.id, **keys)
