"""A small catalog, and a dealer with five codes of whom one is three pages long."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.simulator import Part, SimulatedDealer, part
from webapp.core.text_keys import bare_key_of, key_of
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Dealer, Manufacturer, PartNumber, Product, SupplierCode

CMF, USERNAME, PASSWORD = "76033333", "76033333", "faults-5a4b3c2d"
TIMEZONE = "America/Chicago"
# Code: its manufacturer, that one's catalog, and how many part numbers. Two codes share a manufacturer.
CODES = {
    "TR": ("Tucker", "aftermarket", 1200),
    "PU": ("Parts", "aftermarket", 150),
    "PX": ("Parts", "aftermarket", 80),
    "KA": ("Kawasaki", "oem", 120),
    "OWN": ("Own Brand", "private_label", 40),
}
LONG_CODE, LONG_PAGES = "TR", 3
PRICINGS = ("retail", "current_active", "disabled")


def open_shop() -> int:
    """A connected dealer over the catalog; the id."""
    dealer = Dealer(name="Faults and Sons", timezone=TIMEZONE)
    db.session.add(dealer)
    db.session.commit()
    makers: dict[str, Manufacturer] = {}
    for place, (code, (name, catalog, size)) in enumerate(CODES.items()):
        if name not in makers:
            makers[name] = _manufacturer(name, catalog, dealer.id)
        _sell(makers[name], catalog, code, size)
        db.session.add(
            SupplierCode(
                dealer_id=dealer.id,
                position=place,
                code=code,
                code_key=key_of(code),
                manufacturer_id=makers[name].id,
                lead_time_days=place + 1,
                pricing=PRICINGS[place % len(PRICINGS)],
            )
        )
    db.session.commit()
    configurations.save_credentials(
        configurations.of(dealer), enabled=True, cmf=CMF, username=USERNAME, password=PASSWORD
    )
    configurations.save_settings(configurations.of(dealer), clear_previous=True)
    dealer_id = dealer.id
    db.session.commit()
    return dealer_id


def _manufacturer(name: str, catalog: str, dealer_id: int) -> Manufacturer:
    owner = dealer_id if catalog == "private_label" else None
    maker = Manufacturer(
        catalog=catalog,
        name=name,
        name_key=key_of(name),
        abbreviation=name if catalog == "aftermarket" else None,
        abbreviation_key=key_of(name) if catalog == "aftermarket" else None,
        oem_manufacturer_id=key_of(name) if catalog == "oem" else None,
        dealer_id=owner,
        owner_key=owner or 0,
    )
    db.session.add(maker)
    db.session.flush()
    return maker


def _sell(maker: Manufacturer, catalog: str, code: str, size: int) -> None:
    """All numbers but each fiftieth, which matches nothing."""
    numbers = [number for place, number in enumerate(_numbers(code, size)) if place % 50 != 7]
    products = [
        Product(
            catalog=catalog,
            dealer_id=maker.dealer_id,
            owner_key=maker.owner_key,
            brand=maker.name,
            brand_key=maker.name_key,
            mpn=number,
            mpn_key=key_of(number),
            name=f"Product {number}",
        )
        for number in numbers
    ]
    db.session.add_all(products)
    db.session.flush()
    db.session.add_all(
        PartNumber(
            manufacturer_id=maker.id,
            product_id=product.id,
            part_number=product.mpn,
            key=key_of(product.mpn),
            bare_key=bare_key_of(product.mpn),
        )
        for product in products
    )


def _numbers(code: str, size: int) -> list[str]:
    return [f"{code}-{place:04}" for place in range(size)]


def stock(turn: int) -> list[Part]:
    """What Lightspeed reports in even and in odd turns: some are gone, some new, some at another price."""
    return [one for code, (_, _, size) in CODES.items() for one in _stock_of(code, size, turn % 2)]


def _stock_of(code: str, size: int, turn: int) -> Iterator[Part]:
    for place, number in enumerate(_numbers(code, size)):
        if place % 10 != turn:
            quantity = 1 + (place + turn * (place % 3)) % 9
            yield part(code, number, OnHand=quantity, Retail=10 + place / 4 + turn * (place % 2))


def served(turn: int) -> SimulatedDealer:
    """The dealer as the simulator is to serve it."""
    return SimulatedDealer(CMF, USERNAME, PASSWORD, "Faults and Sons", stock(turn))
