"""A dealer's freezes, what they are called on screen, and what they kept back in a run (R26)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from flask import g
from sqlalchemy import select
from sqlalchemy.engine import Connection
from sqlalchemy.orm import joinedload

from webapp.core import clock
from webapp.core.freeze_states import FreezeState
from webapp.extensions import db
from webapp.models import Dealer, Freeze, Manufacturer, PlannedChanges, RunItem, SupplierCode
from webapp.pulls import frozen_stock, stored_changes
from webapp.runs import run_changes
from webapp.runs.run_changes import ShownChange
from webapp.web.status_labels import StatusLabel
from webapp.web.times import brief

LABELS: Final = {
    FreezeState.PLANNED: StatusLabel("Planned", "info"),
    FreezeState.ACTIVE: StatusLabel("Frozen", "warn"),
    FreezeState.ENDED: StatusLabel("Ended", "off"),
    FreezeState.RELEASED: StatusLabel("Released", "off"),
}
NOT_KEPT: Final = "Nothing of this code was kept back in this run, or it is no longer stored."
# Codes that a sentence names.
MOST_NAMED: Final = 12
# Freezes that are over.
MOST_LISTED: Final = 50


class FreezeList(NamedTuple):
    """Freezes that are not over, the earliest first, and the last ones that are."""

    current: list[Freeze]
    over: list[Freeze]


class FrozenItem(NamedTuple):
    """A code of a run with the number of changes that were kept back."""

    item_id: int
    supplier_code: str
    changes: int


def of_dealer(dealer_id: int) -> FreezeList:
    """Return a dealer's freezes."""
    query = (
        select(Freeze)
        .where(Freeze.dealer_id == dealer_id)
        .options(joinedload(Freeze.manufacturer), joinedload(Freeze.created_by))
    )
    current = query.where(Freeze.ended_at.is_(None)).order_by(Freeze.starts_at, Freeze.id)
    over = query.where(Freeze.ended_at.is_not(None)).order_by(Freeze.id.desc()).limit(MOST_LISTED)
    return FreezeList(list(db.session.scalars(current)), list(db.session.scalars(over)))


def banner() -> list[str]:
    """Return a sentence for each active freeze of the page's dealer."""
    dealer: Dealer = g.dealer
    active = select(Freeze).where(*frozen_stock.is_active(dealer.id, clock.now()))
    rows = db.session.scalars(active.options(joinedload(Freeze.manufacturer)).order_by(Freeze.id))
    return sentences(rows, dealer)


def sentences(rows: Iterable[Freeze], dealer: Dealer) -> list[str]:
    """Return what active freezes do, and until when; one sentence for codes that were frozen together."""
    together: dict[tuple[object, ...], list[Freeze]] = {}
    for row in rows:
        own = (row.reason, row.ends_at) if row.scope == "code" else (row.id,)
        together.setdefault(own, []).append(row)
    return [_sentence(group, dealer) for group in together.values()]


def _sentence(group: Sequence[Freeze], dealer: Dealer) -> str:
    row = group[0]
    about = "Frozen" if row.scope == "all" else f"{row.what} is frozen"
    if len(group) > 1:
        codes = [each.supplier_code or "" for each in group]
        rest = f" and {len(codes) - MOST_NAMED} more" if len(codes) > MOST_NAMED else ""
        about = f"Codes {', '.join(codes[:MOST_NAMED])}{rest} are frozen"
    until = (
        f"until {brief(row.ends_at, dealer.zone)}"
        if row.ends_at
        else f"until you release {'it' if len(group) == 1 else 'them'}"
    )
    return f"{about} {until} ({row.reason}): updates from Lightspeed are received but not applied."


def frozen_items(run_id: int) -> list[FrozenItem]:
    """Return the codes of a run of which something was kept back."""
    query = select(RunItem.id, RunItem.supplier_code, RunItem.frozen)
    rows = db.session.execute(
        query.where(RunItem.run_id == run_id, RunItem.frozen > 0).order_by(RunItem.position)
    )
    return [FrozenItem(*row) for row in rows]


def planned_by(item: RunItem, dealer_id: int) -> int | None:
    """Return the item that stored what was kept back: an earlier one, if the pull had not changed since.

    None if it is no longer stored.
    """
    query = (
        select(PlannedChanges.run_item_id)
        .join(RunItem, RunItem.id == PlannedChanges.run_item_id)
        .where(
            PlannedChanges.dealer_id == dealer_id,
            PlannedChanges.code_key == item.code_key,
            PlannedChanges.run_item_id <= item.id,
            RunItem.frozen > 0,
        )
    )
    return db.session.scalar(query.order_by(PlannedChanges.id.desc()).limit(1))


def kept_back(connection: Connection, item_id: int, dealer_id: int) -> Iterator[list[ShownChange]]:
    """Yield what an item kept back, some thousand changes at a time, those by part number."""
    for block in stored_changes.planned_of_item(connection, item_id):
        yield run_changes.by_part_number(run_changes.shown(connection, dealer_id, block))


def targets(dealer_id: int) -> list[tuple[str, str]]:
    """Return what a dealer can freeze: values of the form, with their labels."""
    codes = select(SupplierCode.code).where(SupplierCode.dealer_id == dealer_id)
    named: dict[str, str] = {}
    for code in db.session.scalars(codes.order_by(SupplierCode.position, SupplierCode.id)):
        named.setdefault(f"code:{code}", f"Code {code}")
    makers = (
        select(Manufacturer.id, Manufacturer.name)
        .join(SupplierCode, SupplierCode.manufacturer_id == Manufacturer.id)
        .where(SupplierCode.dealer_id == dealer_id)
        .distinct()
        .order_by(Manufacturer.name, Manufacturer.id)
    )
    named |= {f"manufacturer:{row.id}": row.name for row in db.session.execute(makers)}
    return [("all", "All inventory"), *named.items()]
