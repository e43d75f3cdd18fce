"""Content of a summary of changes, as it is stored: what changed, and what is not online or on hold now."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import func, select

from webapp.code_discovery import unmapped_codes
from webapp.core.freeze_states import FreezeState
from webapp.extensions import db
from webapp.models import Dealer, Freeze, HeldClearing, HeldPull, RunItem
from webapp.pulls import summarized_changes
from webapp.pulls.change_summary import NAMED, Group
from webapp.pulls.product_names import ProductName, names_of
from webapp.runs import change_sentences, skipped_parts
from webapp.summaries.periods import Period
from webapp.web.times import brief


class Named(msgspec.Struct):
    """A product that changed: units before and after, and their difference in value. Prices are in cents."""

    product_id: int
    brand: str
    mpn: str
    name: str
    before: int
    after: int
    value_cents: int
    price_before: int | None = None
    price: int | None = None


class Products(msgspec.Struct):
    """Products of one kind of change: how many, their units and value without sign, and the largest."""

    products: int = 0
    units: int = 0
    value_cents: int = 0
    largest: list[Named] = []


class Content(msgspec.Struct):
    """What a summary says; `sentences` are empty if nothing changed. The rest is of when it was made."""

    sentences: list[str]
    came_in: Products
    sold_out: Products
    more: Products
    fewer: Products
    prices: Products
    unmapped_codes: int
    unmapped_parts: int
    unmapped_cents: int
    skipped_parts: int
    held: list[str]
    frozen: list[str] = []
    # The unmapped codes worth most, of a week.
    unmapped: list[str] = []
    # Those that a guard set to zero (R27); not among the sold out ones.
    guarded: Products = msgspec.field(default_factory=Products)


def of_period(dealer: Dealer, period: Period) -> Content:
    """Return the content of a dealer's summary."""
    connection = db.session.connection()
    summary = summarized_changes.of_period(connection, dealer.id, period.since, period.until)
    gone = summary.sold_out, summary.guarded
    groups = summary.came_in, *gone, summary.more, summary.fewer, summary.prices
    names = names_of(connection, _ids(groups))
    unmapped = unmapped_codes.totals(dealer.id)
    return Content(
        sentences=change_sentences.sentences(summary),
        came_in=_products(summary.came_in, names),
        sold_out=_products(summary.sold_out, names),
        more=_products(summary.more, names),
        fewer=_products(summary.fewer, names),
        prices=_products(summary.prices, names),
        unmapped_codes=unmapped.codes,
        unmapped_parts=unmapped.parts,
        unmapped_cents=unmapped.cents,
        skipped_parts=_skipped(dealer.id),
        held=_held(dealer.id),
        frozen=_frozen(dealer),
        unmapped=_unmapped(dealer) if period.kind == "weekly" else [],
        guarded=_products(summary.guarded, names),
    )


def packed(content: Content) -> str:
    """Return the content as JSON, to be stored."""
    return msgspec.json.encode(content).decode()


def unpacked(body: str) -> Content:
    """Return stored content."""
    return msgspec.json.decode(body, type=Content)


def joined(group: Products, other: Products) -> Products:
    """Return two groups as one, with the largest of both."""
    return Products(
        group.products + other.products,
        group.units + other.units,
        group.value_cents + other.value_cents,
        sorted([*group.largest, *other.largest], key=lambda row: -abs(row.value_cents))[:NAMED],
    )


def _ids(groups: Iterable[Group]) -> set[int]:
    return {row.product_id for group in groups for row in group.largest}


def _products(group: Group, names: dict[int, ProductName]) -> Products:
    largest = [
        Named(
            row.product_id,
            *names.get(row.product_id, ProductName("", "", "")),
            row.before,
            row.after,
            row.value_cents,
            *(row.prices or (None, None)),
        )
        for row in group.largest
    ]
    return Products(group.products, group.units, group.value_cents, largest)


def _unmapped(dealer: Dealer) -> list[str]:
    return [each.sentence for each in unmapped_codes.unmapped_codes(dealer)[:NAMED]]


def _skipped(dealer_id: int) -> int:
    """Return how many parts the last update skipped."""
    run = skipped_parts.latest(dealer_id)
    if run is None:
        return 0
    return int(db.session.scalar(select(func.sum(RunItem.skipped)).where(RunItem.run_id == run.id)) or 0)


def _held(dealer_id: int) -> list[str]:
    """Return a sentence for each pull and each clearing that waits for a decision."""
    pulls = select(HeldPull).where(HeldPull.dealer_id == dealer_id, HeldPull.state == "held")
    clearings = select(HeldClearing).where(HeldClearing.dealer_id == dealer_id, HeldClearing.state == "held")
    return [
        *(pull.sentence for pull in db.session.scalars(pulls.order_by(HeldPull.code_key))),
        *(clearing.sentence for clearing in db.session.scalars(clearings.order_by(HeldClearing.code_key))),
    ]


def _frozen(dealer: Dealer) -> list[str]:
    """Return a line for each freeze that is active."""
    query = select(Freeze).where(Freeze.dealer_id == dealer.id, Freeze.ended_at.is_(None)).order_by(Freeze.id)
    active = [row for row in db.session.scalars(query) if row.state == FreezeState.ACTIVE]
    until = {row.id: f" (until {brief(row.ends_at, dealer.zone)})" for row in active if row.ends_at}
    return [f"{row.what}: {row.reason}{until.get(row.id, '')}" for row in active]
