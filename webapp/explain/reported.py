"""What Lightspeed reported of a part, and which codes lack it, from the stored pulls."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import and_, select

from webapp.core import clock
from webapp.core.enums import OPEN_PULL_STATES
from webapp.core.text_keys import key_of
from webapp.explain import explanation, retained, slow_parts
from webapp.explain.explained_product import Seller
from webapp.explain.explanation import AbsentPart, Match, ReportedPart
from webapp.extensions import db
from webapp.models import HeldPull, IgnoredPart, RunItem, StoredPull, SupplierCode, User
from webapp.pulls import frozen_stock
from webapp.pulls.entries import PART_NUMBER, Entry
from webapp.pulls.part_lookup import FoundPart

# Lightspeed's names of the fields of a stored row, in their order (docs/lightspeed-3pa.md, Part).
FIELDS: Final = (
    *("PartNumber", "SupplierCode", "Description", "OnHand", "Avail", "Retail", "CurrentActivePrice"),
    *("UPC", "SupersededTo", "lastupdatedate", "Cost"),
)
MAX_VALUE: Final = 500


def pulls_of(dealer_id: int) -> dict[str, Any]:
    """Return the dealer's stored pulls by code key: quantity column, the code as named then, run and time,
    the run of a later pull that is on hold, and whether a freeze covers it."""
    held = and_(
        HeldPull.dealer_id == StoredPull.dealer_id,
        HeldPull.code_key == StoredPull.code_key,
        HeldPull.state.in_(OPEN_PULL_STATES),
    )
    makers = select(SupplierCode.manufacturer_id).where(
        SupplierCode.dealer_id == dealer_id, SupplierCode.code_key == StoredPull.code_key
    )
    is_frozen = frozen_stock.covering(dealer_id, clock.now(), StoredPull.code_key, makers)
    query = (
        select(
            StoredPull.code_key,
            StoredPull.quantity_column,
            RunItem.supplier_code,
            RunItem.run_id,
            RunItem.finished_at,
            HeldPull.run_id.label("held_in"),
            is_frozen.label("is_frozen"),
        )
        .outerjoin(RunItem, RunItem.id == StoredPull.item_id)
        .outerjoin(HeldPull, held)
        .where(StoredPull.dealer_id == dealer_id)
    )
    return {row.code_key: row for row in db.session.execute(query)}


def parts(
    found: Iterable[FoundPart], pulls: Mapping[str, Any], listed: Sequence[str]
) -> tuple[ReportedPart, ...]:
    """Return parts of stored pulls with what was made of them, those that were synced first.

    `listed` are the dealer's codes in the order of the list.
    """
    places = {code_key: place for place, code_key in enumerate(dict.fromkeys(listed))}
    rows = [
        _part(part.entry, pulls[part.code_key], part.code_key in places)
        for part in found
        if part.code_key in pulls
    ]
    return tuple(
        sorted(rows, key=lambda row: (row.reason is not None, places.get(row.code_key, len(places))))
    )


def _part(entry: Entry, pull: Any, is_mapped: bool) -> ReportedPart:
    return ReportedPart(
        code=pull.supplier_code or pull.code_key,
        code_key=pull.code_key,
        is_mapped=is_mapped,
        run_id=pull.run_id,
        received_at=pull.finished_at,
        held_in=pull.held_in,
        is_frozen=pull.is_frozen,
        part_number=entry.part_number,
        description=entry.description,
        row=_row(entry),
        quantity_column=pull.quantity_column,
        quantity=entry.quantity,
        retail_cents=entry.retail_cents,
        current_active_cents=entry.current_active_cents,
        reason=entry.reason,
        candidate=entry.candidate,
        candidate_by=entry.candidate_by,
        matches=tuple(
            Match(match.manufacturer_id, match.product_id, match.kept_quantity) for match in entry.matches
        ),
    )


def _row(entry: Entry) -> dict[str, str]:
    if entry.is_undecoded:
        return {FIELDS[PART_NUMBER]: entry.part_number}
    return {
        name: "" if value is None else str(value)[:MAX_VALUE]
        for name, value in zip(FIELDS, entry.raw, strict=False)
    }


def with_decisions(dealer_id: int, rows: tuple[ReportedPart, ...]) -> tuple[ReportedPart, ...]:
    """Return reported parts, those that a user ignores with the user and the reason."""
    skipped = [row for row in rows if row.reason is not None]
    if not skipped:
        return rows
    query = (
        select(IgnoredPart.code_key, IgnoredPart.key, IgnoredPart.why, User.email)
        .outerjoin(User, User.id == IgnoredPart.created_by_id)
        .where(
            IgnoredPart.dealer_id == dealer_id,
            IgnoredPart.code_key.in_({row.code_key for row in skipped}),
            IgnoredPart.key.in_({key_of(row.part_number) for row in skipped}),
        )
    )
    found = {(row.code_key, row.key): row for row in db.session.execute(query)}
    return tuple(_decided(row, found.get((row.code_key, key_of(row.part_number)))) for row in rows)


def _decided(row: ReportedPart, ignored: Any) -> ReportedPart:
    if row.reason is None or ignored is None:
        return row
    return replace(row, ignored_by=ignored.email or "the system", ignored_why=ignored.why)


def absent(
    dealer_id: int,
    sellers: Sequence[Seller],
    rows: Sequence[explanation.Mapping],
    pulls: Mapping[str, Any],
    reported: Collection[str],
) -> tuple[AbsentPart, ...]:
    """Return the codes of the sellers' manufacturers that do not report the part."""
    makers, keys = {seller.manufacturer_id for seller in sellers}, {seller.key for seller in sellers}
    lacking = [row for row in rows if row.manufacturer_id in makers and row.code_key not in reported]
    kept = {
        (row.code_key, row.manufacturer_id): row.quantity
        for row in retained.read(dealer_id, {row.code_key for row in lacking}, makers, keys)
    }
    slow = slow_parts.read(dealer_id, {row.code_key for row in lacking}, keys)
    return tuple(
        AbsentPart(
            row.code,
            row.manufacturer,
            getattr(pulls.get(row.code_key), "run_id", None),
            getattr(pulls.get(row.code_key), "finished_at", None),
            kept.get((row.code_key, row.manufacturer_id), 0),
            slow.get(row.code_key),
        )
        for row in lacking
    )
