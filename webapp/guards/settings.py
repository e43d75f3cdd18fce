"""Saves a dealer's guards and those of its codes, and has them take effect (R27)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import select

from webapp import audit
from webapp.core.money import decimal_text
from webapp.extensions import db
from webapp.guards import stored_rules
from webapp.guards.rules import OFF, GuardValues
from webapp.models import CodeGuards, Dealer, GuardSettings, Run, SupplierCode, User
from webapp.runs import changed_rules

# Names of the guards in the audit log.
LABELS: Final = {
    "buffer_units": "Safety buffer in units",
    "buffer_percent": "Safety buffer in percent",
    "max_quantity": "Maximum shown quantity",
    "price_margin_percent": "Margin over cost in percent",
    "max_price_change_percent": "Maximum price change in percent",
    "blocks_placeholders": "Placeholder prices blocked",
    "keeps_minimum_prices": "Minimum advertised prices",
}
PLACEHOLDERS: Final = "Placeholder prices"


class Outcome(NamedTuple):
    """Whether guards were changed, and the run that applies them, if one was started."""

    is_changed: bool
    run: Run | None = None


def save_defaults(
    dealer: Dealer, values: GuardValues, placeholders: Sequence[int], by: User | None = None
) -> Outcome:
    """Save the dealer's defaults, and commit; `placeholders` are prices in cents."""
    stored = stored_rules.read(db.session.connection(), dealer.id)
    values = _whole(values)
    listed = tuple(sorted(set(placeholders)))
    if (values, listed) == (stored.dealer, tuple(sorted(stored.placeholders))):
        return Outcome(False)
    row = GuardSettings(dealer_id=dealer.id, placeholder_prices=list(listed), **values._asdict())
    db.session.merge(row)
    before = _fields(stored.dealer) | {PLACEHOLDERS: _prices(stored.placeholders)}
    after = _fields(values) | {PLACEHOLDERS: _prices(listed)}
    audit.note("guards.changed", "Guards", dealer_id=dealer.id, before=before, after=after, by=by)
    of_dealer = select(SupplierCode.manufacturer_id).where(SupplierCode.dealer_id == dealer.id)
    changed_rules.raise_versions(dealer.id, db.session.scalars(of_dealer))
    return Outcome(True, changed_rules.take_effect(dealer, by))


def save_code(dealer: Dealer, code: SupplierCode, values: GuardValues, by: User | None = None) -> Outcome:
    """Save what differs from the dealer's defaults for a code, and commit."""
    place = code.code_key, code.manufacturer_id
    before = stored_rules.read(db.session.connection(), dealer.id).codes.get(place, GuardValues())
    if before == values:
        return Outcome(False)
    names = {"dealer_id": dealer.id, "code_key": place[0], "manufacturer_id": place[1]}
    if values == GuardValues():
        db.session.delete(db.session.get_one(CodeGuards, tuple(names.values())))
    else:
        db.session.merge(CodeGuards(**names, **values._asdict()))
    subject = f"{code.code} for {code.manufacturer.name}"
    fields = {"before": _fields(before), "after": _fields(values)}
    audit.note("code_guards.changed", subject, dealer_id=dealer.id, by=by, **fields)
    changed_rules.raise_versions(dealer.id, [code.manufacturer_id])
    return Outcome(True, changed_rules.take_effect(dealer, by))


def _whole(values: GuardValues) -> GuardValues:
    """Return a dealer's values: what a code may leave open is off."""
    return values._replace(
        blocks_placeholders=bool(values.blocks_placeholders),
        keeps_minimum_prices=bool(values.keeps_minimum_prices),
    )


def _fields(values: GuardValues) -> dict[str, Any]:
    """Return the guards that are set, as the audit log names them."""
    given = {name: value for name, value in values._asdict().items() if value is not None}
    return {LABELS[name]: _said(value) for name, value in given.items()}


def _said(value: int | bool) -> int | str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "off" if value == OFF else value


def _prices(cents: Sequence[int]) -> str:
    return ", ".join(map(decimal_text, cents))
