"""Organization list for staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from webapp.core.text_keys import key_of
from webapp.dealers.dealer_filter import DealerFilter
from webapp.dealers.dealer_query import records
from webapp.dealers.dealer_rows import DealerRow, dealer_rows
from webapp.extensions import db
from webapp.models import Dealer, Organization
from webapp.web.status_labels import StatusLabel

PAGE_LENGTH: Final = 50
OWN_LOGINS: Final = StatusLabel("Each dealer’s own", "secondary")
LOGIN_SET: Final = StatusLabel("Set", "success")


@dataclass(frozen=True)
class OrganizationRow:
    """Organization with its number of dealers."""

    id: int
    name: str
    login: StatusLabel
    password_set_at: datetime | None
    dealers: int


@dataclass(frozen=True)
class OrganizationList:
    """One page of organizations sorted by name."""

    rows: list[OrganizationRow]
    matching: str
    page: int
    has_more: bool

    @classmethod
    def of(cls, matching: str, page: int) -> OrganizationList:
        """Return the organizations whose name contains the text, case-insensitive."""
        query = (
            select(Organization, func.count(Dealer.id))
            .outerjoin(Dealer, Dealer.organization_id == Organization.id)
            .group_by(Organization.id)
            .order_by(func.lower(Organization.name), Organization.id)
        )
        if matching:
            name = func.lower(Organization.name)
            query = query.where(name.contains(key_of(matching), autoescape=True))
        page_of_rows = db.session.execute(query.offset((page - 1) * PAGE_LENGTH).limit(PAGE_LENGTH + 1)).all()
        rows = [_row(organization, count) for organization, count in page_of_rows[:PAGE_LENGTH]]
        return cls(rows, matching, page, len(page_of_rows) > PAGE_LENGTH)


@dataclass(frozen=True)
class Members:
    """Dealers of one organization (first page), those that need attention first."""

    rows: list[DealerRow]
    total: int

    @classmethod
    def of(cls, organization: Organization) -> Members:
        """Return the first page of its dealers."""
        found = records(DealerFilter(organization=str(organization.id)), 1, PAGE_LENGTH)
        return cls(dealer_rows(found.rows), sum(found.counts.values()))


def every_organization() -> list[Organization]:
    """Return all organizations sorted by name, for a choice."""
    return list(db.session.scalars(select(Organization).order_by(func.lower(Organization.name))))


def _row(organization: Organization, dealers: int) -> OrganizationRow:
    login = LOGIN_SET if organization.holds_credentials else OWN_LOGINS
    return OrganizationRow(organization.id, organization.name, login, organization.password_set_at, dealers)
