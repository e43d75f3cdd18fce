"""Blocked prices of a stored pull (R27)."""

from __future__ import annotations

from sqlalchemy import select

from tests.factories.runs import make_stored_part
from webapp.extensions import db
from webapp.models import PartNumber, PullBlock, RunItem, StoredPull, SupplierCode
from webapp.pulls.entries import Blocked, Match, pack, unpack


def make_blocked_prices(item: RunItem, code: SupplierCode, *numbers: str) -> None:
    """The item's pull has these part numbers of the code's manufacturer with a price of 12.00.

    It is below the floor of 13.00; 20.00 stays.
    """
    for number in numbers:
        make_stored_part(item, number, description="Seat", quantity=3)
    of_maker = select(PartNumber.part_number, PartNumber.product_id).where(
        PartNumber.manufacturer_id == code.manufacturer_id
    )
    products = {row[0]: row[1] for row in db.session.execute(of_maker)}
    block = db.session.scalars(select(PullBlock).where(PullBlock.item_id == item.id)).one()
    entries = unpack(block.body)
    blocked = [entry for entry in entries if entry.part_number in numbers]
    for entry in blocked:
        match = Match(code.manufacturer_id, products[entry.part_number], sale_price_cents=2000)
        match.blocked = Blocked("floor", 1200, 1300)
        entry.matches = [match]
    block.body, block.prices_blocked = pack(entries), len(blocked)
    pull = db.session.scalars(select(StoredPull).where(StoredPull.item_id == item.id)).one()
    pull.prices_blocked = len(blocked)
    db.session.commit()
