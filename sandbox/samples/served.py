"""Sample dealers, and a dealer of any size, for the simulator."""

from datetime import date

from sandbox.samples.bulk import BULK_CODES, PRODUCTS, bulk_parts
from sandbox.samples.dealers import SAMPLE_DEALERS
from sandbox.samples.many_codes import ManyCodes
from sandbox.samples.parts import sample_parts
from sandbox.simulator.dealers import SimulatedDealer

MANY_CMF, MANY_PASSWORD = "76088888", "many-1d2c0f0e"
BULK_CMF, BULK_USERNAME, BULK_PASSWORD = "76099999", "76099999", "bulk-0f0e1d2c"


def simulated_dealers(today: date) -> list[SimulatedDealer]:
    """Return both sample dealers with their parts as of `today`."""
    return [
        SimulatedDealer(one.cmf, one.username, one.password, one.name, sample_parts(one, today))
        for one in SAMPLE_DEALERS
    ]


def bulk_dealer(
    parts: int, today: date, products: int = PRODUCTS, codes: int = len(BULK_CODES)
) -> SimulatedDealer:
    """Return a dealer with `parts` parts over the first `codes` of the bulk codes, all of them in the bulk
    catalog of `products` products."""
    own = bulk_parts(parts, BULK_CODES[:codes], today, products)
    return SimulatedDealer(BULK_CMF, BULK_USERNAME, BULK_PASSWORD, "Bulk Powersports", own)


def many_codes_dealer(codes: int, today: date, products: int = PRODUCTS) -> SimulatedDealer:
    """Return a dealer with so many codes of 400 parts on average, over a catalog with overlaps on purpose."""
    own = ManyCodes(codes, 400 * codes, products).stock(today)
    return SimulatedDealer(MANY_CMF, MANY_CMF, MANY_PASSWORD, "Many Codes Powersports", own)
