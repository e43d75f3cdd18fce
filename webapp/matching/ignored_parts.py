"""Skipped parts that users ignore: each decision takes one part or many off the list, until it is undone."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import delete, select, tuple_

from webapp.core import clock
from webapp.core.errors import Refused
from webapp.core.limits import MAX_INT32
from webapp.extensions import db
from webapp.matching.aliases import MOST_NAMED
from webapp.matching.decisions import CHANGED, NOTHING, digest, note
from webapp.matching.skipped_rows import PartReference, SkippedRow
from webapp.models import Dealer, IgnoredPart, User
from webapp.models.upserts import insert_new

MOST_WHY: Final = 200
# Rows of one statement.
_BATCH: Final = 1_000


class DecisionReference(NamedTuple):
    """What the parts of one decision have in common, as a form sends it back."""

    at: str
    user_id: int

    def __str__(self) -> str:
        return json.dumps(self)

    @classmethod
    def parse(cls, text: str) -> DecisionReference | None:
        """Return the decision that a form sent back; None if it is not one."""
        try:
            at, user_id = json.loads(text)
            found = datetime.fromisoformat(at)
        except (ValueError, TypeError, RecursionError):
            return None
        is_time = found.tzinfo is not None and 2000 <= found.year < 2100
        is_decision = is_time and type(user_id) is int and 0 <= user_id <= MAX_INT32
        return cls(at, user_id) if is_decision else None


def ignorable(rows: Sequence[SkippedRow]) -> list[SkippedRow]:
    """Return the parts that can be ignored: without a number there is nothing to know them by."""
    return [row for row in rows if row.key]


def digest_of(rows: Sequence[SkippedRow]) -> str:
    """Return a digest of what a preview showed: the parts with their quantities, values and reasons."""
    return digest(
        repr((*row.place, row.group, row.quantity, row.quantity_text, row.cents is None, row.value_cents))
        for row in rows
    )


def ignore(dealer: Dealer, rows: Sequence[SkippedRow], why: str, by: User) -> int:
    """Ignore parts until that is undone, and commit; return their number. Raises Refused if there is none."""
    now, why = clock.now(), why.strip()[:MOST_WHY]
    values = {row.place[:2]: _values(dealer, row, why, by, now) for row in ignorable(rows)}
    if not values:
        raise Refused(CHANGED)
    listed = list(values.values())
    for first in range(0, len(listed), _BATCH):
        db.session.execute(insert_new(IgnoredPart), listed[first : first + _BATCH])
    named = {row["part_number"]: why or "no reason given" for row in listed[:MOST_NAMED]}
    note("parts.ignored", dealer, len(listed), after=named)
    return len(listed)


def _values(dealer: Dealer, row: SkippedRow, why: str, by: User, now: datetime) -> dict[str, Any]:
    return {
        "dealer_id": dealer.id,
        "code_key": row.code_key,
        "key": row.key,
        "supplier_code": row.supplier_code,
        "part_number": row.part_number,
        "why": why,
        "created_at": now,
        "created_by_id": by.id,
    }


def undo(dealer: Dealer, reference: DecisionReference) -> int:
    """List all parts of a decision again, and commit; return their number. Raises Refused."""
    at = datetime.fromisoformat(reference.at)
    by = IgnoredPart.created_by_id
    is_users = by == reference.user_id if reference.user_id else by.is_(None)
    return _list_again(dealer, IgnoredPart.created_at == at, is_users)


def list_again(dealer: Dealer, places: Collection[PartReference]) -> int:
    """List parts again, and commit; return their number. Raises Refused if there is none."""
    if not places:
        raise Refused(NOTHING)
    keys = sorted({place[:2] for place in places})
    return _list_again(dealer, tuple_(IgnoredPart.code_key, IgnoredPart.key).in_(keys))


def _list_again(dealer: Dealer, *which: Any) -> int:
    of_dealer = IgnoredPart.dealer_id == dealer.id
    first = select(IgnoredPart.part_number, IgnoredPart.why).where(of_dealer, *which).limit(MOST_NAMED)
    named = {number: why or "no reason given" for number, why in db.session.execute(first)}
    deleted: Any = db.session.execute(delete(IgnoredPart).where(of_dealer, *which))
    if not named:
        raise Refused(CHANGED)
    note("parts.listed", dealer, deleted.rowcount, before=named)
    return int(deleted.rowcount)
