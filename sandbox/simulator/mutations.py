"""Changes of parts during pagination: the service keeps no snapshot between two pages."""

import random

from sandbox.simulator.behavior import Behavior
from sandbox.simulator.dealers import SimulatedDealer
from sandbox.simulator.parts import Part
from sandbox.simulator.query import Query
from sandbox.simulator.stock import Stock


def move(kind: str, dealer: SimulatedDealer, query: Query, switches: Behavior) -> None:
    """Change the dealer's parts, permanently, just before the page that `query` requests is read.

    `row_inserted` puts a matching record before all matches, so the rest moves down by one. `row_removed`
    removes the first match, so the rest moves up. `row_repeated` stores the page's first record a second
    time.
    """
    stock = dealer.stock
    first = _first(stock, query, switches, skip=query.skip if kind == "row_repeated" else 0)
    if first is None:
        return
    if kind == "row_inserted":
        dealer.add_parts([{**first, "PartNumber": _just_before(str(first.get("PartNumber") or ""))}])
    elif kind == "row_repeated":
        dealer.add_parts([first])
    else:
        dealer.set_parts(one for one in stock.parts if one is not first)


def _first(stock: Stock, query: Query, switches: Behavior, skip: int) -> Part | None:
    one = Query(query.filter_text, query.expression, query.order, skip, 1)
    positions = stock.page(one, switches, random.Random(switches.seed))
    return stock.parts[positions[0]] if positions else None


def _just_before(part_number: str) -> str:
    """Return another part number, also when trimmed, that sorts before this one, with or without leading
    blanks."""
    bare = part_number.lstrip()
    return part_number.removesuffix(bare) + "!" + bare
