"""Adds and removes a dealer's aliases, and has them take effect from the stored pulls (R22)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import delete, select

from webapp import audit
from webapp.core import clock
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.models import Alias, Dealer, Run, User
from webapp.models.upserts import insert_new
from webapp.runs import changed_rules

# Part numbers that an audit entry names; a file may have many more.
MOST_NAMED: Final = 200
# Rows of one statement.
_BATCH: Final = 500


class NewAlias(NamedTuple):
    """An alias to be added: `target_number` is the manufacturer's part number of the product."""

    manufacturer_id: int
    part_number: str
    product_id: int
    target_number: str
    kind: str

    @property
    def place(self) -> tuple[int, str]:
        """What the dealer's aliases differ by: the manufacturer, and the key of the part number."""
        return self.manufacturer_id, key_of(self.part_number)


class PlannedAlias(NamedTuple):
    """An alias to be added, with the one that it replaces, if there is one."""

    alias: NewAlias
    before: Alias | None


class Outcome(NamedTuple):
    """What became of a change: the aliases that changed, and the run that applies it, if one was started."""

    changed: int
    run: Run | None


def add(
    dealer: Dealer, new: Sequence[NewAlias], by: User | None = None, action: str = "aliases.added"
) -> Outcome:
    """Add aliases, replacing those of the same part numbers; commits, and has them take effect."""
    planned = plan(dealer, new)
    changed = [alias for alias, _ in planned]
    if not changed:
        return Outcome(0, None)
    _delete(before.id for _, before in planned if before is not None)
    rows = [_row(dealer.id, alias, by) for alias in changed]
    db.session.execute(insert_new(Alias), rows)
    changed_rules.raise_versions(dealer.id, {alias.manufacturer_id for alias in changed})
    named = {alias.part_number: alias.target_number for alias in changed[:MOST_NAMED]}
    audit.note(action, subject_of(len(changed)), dealer_id=dealer.id, after=named, by=by)
    return Outcome(len(changed), changed_rules.take_effect(dealer, by))


def plan(dealer: Dealer, new: Iterable[NewAlias]) -> list[PlannedAlias]:
    """Return what `add` changes, without aliases that the dealer has already. Changes nothing."""
    wanted = {alias.place: alias for alias in new}
    before = _present(dealer.id, {alias.manufacturer_id for alias in wanted.values()})
    return [
        PlannedAlias(alias, before.get(place))
        for place, alias in wanted.items()
        if _differs(before.get(place), alias)
    ]


def remove(dealer: Dealer, alias_ids: Collection[int], by: User | None = None) -> Outcome:
    """Remove aliases of the dealer; commits, and has that take effect. Ids of other dealers are ignored."""
    query = select(Alias).where(Alias.dealer_id == dealer.id, Alias.id.in_(alias_ids))
    found = list(db.session.scalars(query.order_by(Alias.id)))
    if not found:
        return Outcome(0, None)
    named = {alias.part_number: alias.target_number for alias in found[:MOST_NAMED]}
    manufacturer_ids = {alias.manufacturer_id for alias in found}
    _delete([alias.id for alias in found])
    changed_rules.raise_versions(dealer.id, manufacturer_ids)
    audit.note("aliases.removed", subject_of(len(found)), dealer_id=dealer.id, before=named, by=by)
    return Outcome(len(found), changed_rules.take_effect(dealer, by))


def subject_of(number: int) -> str:
    """Return the subject of an audit entry."""
    return "1 part number" if number == 1 else f"{number:,} part numbers"


def _present(dealer_id: int, manufacturer_ids: set[int]) -> dict[tuple[int, str], Alias]:
    of_dealer = Alias.dealer_id == dealer_id, Alias.manufacturer_id.in_(manufacturer_ids)
    return {
        (alias.manufacturer_id, alias.key): alias
        for alias in db.session.scalars(select(Alias).where(*of_dealer))
    }


def _differs(before: Alias | None, alias: NewAlias) -> bool:
    return before is None or (before.product_id, before.target_number) != (
        alias.product_id,
        alias.target_number,
    )


def _delete(alias_ids: Iterable[int]) -> None:
    ids = list(alias_ids)
    for first in range(0, len(ids), _BATCH):
        db.session.execute(delete(Alias).where(Alias.id.in_(ids[first : first + _BATCH])))


def _row(dealer_id: int, alias: NewAlias, by: User | None) -> dict[str, Any]:
    return {
        **alias._asdict(),
        "dealer_id": dealer_id,
        "key": key_of(alias.part_number),
        "created_at": clock.now(),
        "created_by_id": by.id if by else None,
    }
