"""Choice of a dealer by name, number or suggestion, among thousands."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from webapp.core.limits import MAX_ID
from webapp.core.text_keys import key_of
from webapp.extensions import db
from webapp.models import Dealer, Organization

SUGGESTED: Final = 8
# A name with the dealer number, as `label` writes it and suggestions fill it in.
_NUMBERED: Final = re.compile(r"(?:.* \()?([0-9]+)\)?", re.DOTALL)


def label(dealer: Dealer) -> str:
    """Return the name with the dealer number: names are not unique."""
    return f"{dealer.name} ({dealer.id})"


def meant_by(text: str) -> list[Dealer]:
    """Return the dealer with that number, or the dealers with that name, case-insensitive; two at most."""
    if found := _numbered(text):
        return [found]
    query = _dealers().where(func.lower(Dealer.name) == key_of(text)).limit(2)
    return list(db.session.scalars(query))


def suggestions(text: str) -> list[Dealer]:
    """Return the first dealers by name whose name, or whose organization's name, contains the text."""
    key = key_of(text)
    if not key:
        return []
    names = func.lower(Dealer.name), func.lower(Organization.name)
    contained = names[0].contains(key, autoescape=True) | names[1].contains(key, autoescape=True)
    query = _dealers().outerjoin(Organization, Organization.id == Dealer.organization_id).where(contained)
    # A name that begins with the text comes first.
    order = ~names[0].startswith(key, autoescape=True), names[0], Dealer.id
    return list(db.session.scalars(query.order_by(*order).limit(SUGGESTED)))


def of_organization(organization_id: int) -> list[Dealer]:
    """Return the dealers of an organization by name."""
    query = _dealers().where(Dealer.organization_id == organization_id)
    return list(db.session.scalars(query.order_by(func.lower(Dealer.name), Dealer.id)))


def _numbered(text: str) -> Dealer | None:
    match = _NUMBERED.fullmatch(text.strip()) if text.isprintable() else None
    number = int(match[1]) if match and len(match[1]) <= len(str(MAX_ID)) else 0
    dealer = db.session.get(Dealer, number) if 0 < number <= MAX_ID else None
    is_meant = dealer is not None and text.strip() in (str(number), label(dealer))
    return dealer if is_meant else None


def _dealers() -> Select[Dealer]:
    return select(Dealer).options(joinedload(Dealer.organization))
