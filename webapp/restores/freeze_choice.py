"""Whether a restore also freezes its codes, as the next update would repeat what it undoes (R26)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from webapp.core.errors import FieldRefused
from webapp.extensions import db
from webapp.freezes import freezing, local_times
from webapp.models import Dealer, SupplierCode, User

KINDS: Final = ("no", "until", "released")


class FreezeChoice(NamedTuple):
    """`kind` is one of `KINDS`; `ends_at` is None if the codes stay frozen until they are released."""

    kind: str = "no"
    ends_at: datetime | None = None
    reason: str = ""


NO_FREEZE: Final = FreezeChoice()


def given(form: Mapping[str, str], zone: ZoneInfo) -> FreezeChoice:
    """Return the choice of a submitted form. Raises FieldRefused."""
    kind = form.get("freeze", "no")
    if kind not in KINDS:
        raise FieldRefused("freeze", "Choose whether to freeze the codes.")
    ends_at = None
    if kind == "until":
        try:
            ends_at = local_times.parse_end(form.get("ends_at", ""), zone)
        except ValueError:
            ends_at = None
        if ends_at is None:
            raise FieldRefused("ends_at", "Enter the date and time when the freeze ends.")
    return FreezeChoice(kind, ends_at, form.get("reason", ""))


def freeze(dealer: Dealer, choice: FreezeChoice, code_keys: list[str], by: User | None) -> None:
    """Freeze those of the codes that are in the dealer's list; does not commit. Raises FieldRefused."""
    if choice.kind == "no":
        return
    query = select(SupplierCode.code_key).where(SupplierCode.dealer_id == dealer.id)
    listed = set(db.session.scalars(query))
    for code_key in code_keys:
        if code_key in listed:
            freezing.add(dealer, "code", code=code_key, reason=choice.reason, ends_at=choice.ends_at, by=by)
