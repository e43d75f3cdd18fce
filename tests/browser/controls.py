"""A dealer who uses all controls: freezes, locks, accepted numbers, blocked prices, days of coverage."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from tests.browser.seed import ProgramSeed
from tests.factories import (
    make_blocked_prices,
    make_coverage_day,
    make_run,
    make_run_item,
    make_stock_summary,
    make_stored_part,
)
from webapp.core import clock
from webapp.extensions import db
from webapp.freezes import freezing
from webapp.locks import locking
from webapp.locks.locking import LockValues
from webapp.matching import aliases, decisions, ignored_parts
from webapp.matching.aliases import NewAlias
from webapp.matching.skipped_rows import PartReference
from webapp.models import Dealer, PartNumber, RunItem, SupplierCode, User

# What the pages below show rows of.
PAGES = (
    *("dealer.show", "freezes.index", "locks.index", "aliases.index", "guards.index", "blocked_prices.index"),
    *("skipped.index", "ignored_parts.index", "ignored_parts.preview", "coverage.index", "runs.index"),
)


def add_controlled(seed: ProgramSeed) -> tuple[str, int]:
    """Add the dealer; the session of its user, and its id."""
    dealership = seed.add_dealership({"TR": 3, "PU": 2})
    with seed.database():
        dealer = db.session.get_one(Dealer, dealership.id)
        code = db.session.scalars(select(SupplierCode).where(SupplierCode.dealer_id == dealer.id)).first()
        assert code is not None
        of_maker = PartNumber.manufacturer_id == code.manufacturer_id
        numbers = list(
            db.session.scalars(select(PartNumber).where(of_maker).order_by(PartNumber.id).limit(3))
        )
        item = make_run_item(make_run(dealer), "TR", fetched=5, skipped=3)
        _add_skipped(dealer, item)
        make_blocked_prices(item, code, *(number.part_number for number in numbers[:2]))
        _add_locks(dealer, numbers)
        new = NewAlias(code.manufacturer_id, "TR/0", numbers[0].product_id, numbers[0].part_number, "manual")
        aliases.add(dealer, [new])
        freezing.freeze(dealer, "code", code="PU", reason="count", ends_at=clock.now() + timedelta(days=2))
        past = freezing.freeze(dealer, "code", code="TR", reason="sale")
        freezing.release(past)
        _add_coverage(dealer)
    return dealership.session, dealership.id


def _add_skipped(dealer: Dealer, item: RunItem) -> None:
    for number in ("X-1", "X-2", "X-3"):
        make_stored_part(item, number, reason="unmatched", quantity=2, retail_cents=995, description="Seat")
    ignored = decisions.chosen(dealer, [PartReference("tr", "x-3")])
    user = db.session.scalars(select(User).where(User.dealer_id == dealer.id)).one()
    ignored_parts.ignore(dealer, ignored, "Sold in store", user)


def _add_locks(dealer: Dealer, numbers: list[PartNumber]) -> None:
    soon, reason = clock.now() + timedelta(days=1), "Damaged box"
    values = (LockValues(quantity=5, until=soon, reason=reason), LockValues(is_hidden=True, reason=reason))
    for number, locked in zip(numbers, values, strict=False):
        locking.set_lock(dealer, number.product_id, locked, None, expected=None)


def _add_coverage(dealer: Dealer) -> None:
    today = clock.local_today(dealer.timezone)
    for ago in range(5):
        for code, key, parts in (("", "", (80 - ago, 100)), ("TR", None, (60 - ago, 80))):
            make_coverage_day(dealer, today - timedelta(days=ago), code, parts, key)
    make_stock_summary(dealer, online=0.8)
