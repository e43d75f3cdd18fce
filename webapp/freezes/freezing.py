"""Starts freezes, and ends them: what they kept back is applied at once from the stored pulls (R26)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update

from webapp import audit
from webapp.core import clock
from webapp.core.enums import FREEZE_SCOPES
from webapp.core.errors import FieldRefused
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.models import Dealer, Freeze, Run, StoredPull, SupplierCode, User
from webapp.runs import changed_rules
from webapp.search import figures

MAX_REASON: Final = 200
# How far ahead a freeze may start, and how long it may take if it ends by itself.
LONGEST: Final = timedelta(days=366)
# Starts that differ by no more are those of one form that was sent twice.
SAME_START: Final = timedelta(minutes=1)


def freeze(
    dealer: Dealer,
    scope: str,
    *,
    reason: str,
    by: User | None = None,
    code: str | None = None,
    manufacturer_id: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Freeze:
    """Freeze a dealer's stock of a `code`, of a `manufacturer`, or `all` of it; commits.

    From now on, or from a later moment; until a moment, or until it is released. Once it returns, no run
    changes what is frozen. Raises FieldRefused.
    """
    row = add(
        dealer,
        scope,
        reason=reason,
        by=by,
        code=code,
        manufacturer_id=manufacturer_id,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    db.session.commit()
    return row


def add(
    dealer: Dealer,
    scope: str,
    *,
    reason: str,
    by: User | None = None,
    code: str | None = None,
    manufacturer_id: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Freeze:
    """Add a freeze as `freeze` does, in the caller's transaction. Raises FieldRefused.

    If the user sent the same form before, return its freeze.
    """
    if scope not in FREEZE_SCOPES:
        raise FieldRefused("code", "Choose what to freeze")
    starts_at = _start(starts_at)
    _refuse_end(starts_at, ends_at)
    row = Freeze(
        dealer_id=dealer.id, scope=scope, reason=_reason(reason), starts_at=starts_at, ends_at=ends_at
    )
    row.created_by_id = by.id if by else None
    if scope == "code":
        row.code_key, row.supplier_code = _code(dealer.id, code or "")
    elif scope == "manufacturer":
        row.manufacturer_id = _manufacturer(dealer.id, manufacturer_id)
    # A code that is being applied is finished first: after the commit nothing else is written.
    figures.lock_shelf(db.session(), dealer.id)
    earlier = _identical(row)
    if earlier is not None:
        return earlier
    db.session.add(row)
    db.session.flush()
    audit.note("freeze.added", row.what, dealer_id=dealer.id, after=_fields(row), by=by)
    return row


def release(row: Freeze, by: User | None = None) -> tuple[bool, Run | None]:
    """End a freeze now; commits, and has what it kept back applied.

    Returns whether it was not over yet, and the run that applies it, if one was started.
    """
    released, run = release_all(row.dealer, [row], by)
    return bool(released), run


def release_all(
    dealer: Dealer, rows: Sequence[Freeze], by: User | None = None
) -> tuple[list[Freeze], Run | None]:
    """End freezes of a dealer as `release` does, with one run; return those that were not over yet."""
    now = clock.now()
    values = {"released_at": now, "released_by_id": by.id if by else None}
    released = [row for row in rows if _end(row, now, values)]
    if not released:
        db.session.rollback()
        return [], None
    for row in released:
        audit.note("freeze.released", row.what, dealer_id=dealer.id, before={"reason": row.reason}, by=by)
    return released, _apply(dealer, by)


def end_due(now: datetime) -> int:
    """End freezes whose time is over, and have what they kept back applied; return their number.

    Runs go by the time alone: a late call delays what is applied by itself, and nothing else.
    """
    due = select(Freeze).where(Freeze.ended_at.is_(None), Freeze.ends_at <= now)
    ended = 0
    for row in list(db.session.scalars(due.order_by(Freeze.id))):
        if _end(row, now, {}):
            audit.note("freeze.ended", row.what, dealer_id=row.dealer_id, before={"reason": row.reason})
            _apply(row.dealer, None)
            ended += 1
    return ended


def _end(row: Freeze, now: datetime, values: dict[str, Any]) -> bool:
    statement = update(Freeze).where(Freeze.id == row.id, Freeze.ended_at.is_(None))
    result: Any = db.session.execute(statement.values(ended_at=now, **values))
    return bool(result.rowcount)


def _apply(dealer: Dealer, by: User | None) -> Run | None:
    """Commit, and have all stored pulls applied again of which something was kept back."""
    kept_back = (
        select(SupplierCode.manufacturer_id)
        .join(
            StoredPull,
            (StoredPull.dealer_id == SupplierCode.dealer_id) & (StoredPull.code_key == SupplierCode.code_key),
        )
        .where(StoredPull.dealer_id == dealer.id, StoredPull.frozen > 0)
    )
    manufacturer_ids = set(db.session.scalars(kept_back))
    if not manufacturer_ids:
        db.session.commit()
        return None
    changed_rules.raise_versions(dealer.id, manufacturer_ids)
    return changed_rules.take_effect(dealer, by)


def _identical(new: Freeze) -> Freeze | None:
    """Return the user's open freeze of the same, for the same reason and time, if there is one."""
    same = (
        getattr(Freeze, name).is_not_distinct_from(getattr(new, name))
        for name in ("scope", "code_key", "manufacturer_id", "reason", "ends_at", "created_by_id")
    )
    query = select(Freeze).where(Freeze.dealer_id == new.dealer_id, Freeze.ended_at.is_(None), *same)
    now = clock.now()
    for row in db.session.scalars(query.order_by(Freeze.id.desc())):
        both_now = row.starts_at <= now and new.starts_at <= now
        if both_now or abs(row.starts_at - new.starts_at) <= SAME_START:
            return row
    return None


def _start(given: datetime | None) -> datetime:
    now = clock.now()
    if given is not None and given > now + LONGEST:
        raise FieldRefused("starts_at", "Choose a start within a year")
    return max(given or now, now)


def _refuse_end(starts_at: datetime, ends_at: datetime | None) -> None:
    if ends_at is None:
        return
    if ends_at <= starts_at:
        raise FieldRefused("ends_at", "Choose an end that is after the start and after now")
    if ends_at > starts_at + LONGEST:
        raise FieldRefused("ends_at", "Choose an end within a year of the start, or none")


def _reason(text: str) -> str:
    text = " ".join(text.split())
    if not text:
        raise FieldRefused("reason", "Say why, for example “physical count”")
    if len(text) > MAX_REASON:
        raise FieldRefused("reason", f"Use at most {MAX_REASON} characters")
    return text


def _code(dealer_id: int, text: str) -> tuple[str, str]:
    of_dealer = select(SupplierCode.code_key, SupplierCode.code).where(SupplierCode.dealer_id == dealer_id)
    found = db.session.execute(of_dealer.where(SupplierCode.code_key == key_of(text)).limit(1)).first()
    if found is None:
        raise FieldRefused(
            "code", f"There is no supplier code {text.strip()}" if text.strip() else "Choose a code"
        )
    return found.code_key, found.code


def _manufacturer(dealer_id: int, manufacturer_id: int | None) -> int:
    mapped = select(SupplierCode.id).where(
        SupplierCode.dealer_id == dealer_id, SupplierCode.manufacturer_id == manufacturer_id
    )
    if manufacturer_id is None or db.session.scalar(mapped.limit(1)) is None:
        raise FieldRefused("manufacturer_id", "Choose a manufacturer of one of the supplier codes")
    return manufacturer_id


def _fields(row: Freeze) -> dict[str, Any]:
    return {
        "reason": row.reason,
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat() if row.ends_at else "until released",
    }
