"""The dealer whose runs are disturbed: five codes, one of them three pages long, over a small catalog."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import seed
from benchmarks.service import PASSWORD
from sandbox.simulator import Part, SimulatedDealer, part
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Dealer, Manufacturer

CMF = USERNAME = "76033333"
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


def add_dealer() -> int:
    """A connected dealer over the catalog; the id."""
    dealer_id = seed.add_dealer("Faults and Sons", CMF, USERNAME)
    manufacturers: dict[str, Manufacturer] = {}
    mappings = []
    for place, (code, (name, catalog, size)) in enumerate(CODES.items()):
        if name not in manufacturers:
            owner = dealer_id if catalog == "private_label" else None
            manufacturers[name] = seed.add_manufacturer(name, catalog, dealer_id=owner)
        # Every fiftieth part matches no product.
        matched = [number for place, number in enumerate(_numbers(code, size)) if place % 50 != 7]
        seed.add_products(manufacturers[name], matched)
        mappings.append((code, manufacturers[name].id, PRICINGS[place % len(PRICINGS)]))
    seed.map_codes(dealer_id, mappings)
    dealer = db.session.get_one(Dealer, dealer_id)
    configurations.save_settings(configurations.of(dealer), clear_previous=True)
    db.session.commit()
    return dealer_id


def _numbers(code: str, size: int) -> list[str]:
    return [f"{code}-{place:04}" for place in range(size)]


def simulated_dealer(turn: int) -> SimulatedDealer:
    """The dealer as the simulator serves it in this turn."""
    parts = [one for code, (_, _, size) in CODES.items() for one in _stock(code, size, turn % 2)]
    return SimulatedDealer(CMF, USERNAME, PASSWORD, "Faults and Sons", parts)


def _stock(code: str, size: int, turn: int) -> Iterator[Part]:
    """In even and in odd turns some parts are gone, some new, some at another price."""
    for place, number in enumerate(_numbers(code, size)):
        if place % 10 != turn:
            quantity = 1 + (place + turn * (place % 3)) % 9
            yield part(code, number, OnHand=quantity, Retail=10 + place / 4 + turn * (place % 2))
