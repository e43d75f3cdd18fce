"""User list for staff: address, role, dealer, state and last use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from webapp.extensions import db
from webapp.models import Dealer, User, UserSession
from webapp.web.status_labels import StatusLabel

PAGE_LENGTH: Final = 50


@dataclass(frozen=True)
class UserRow:
    """User with the time of the last use of any session."""

    user: User
    seen_at: datetime | None

    @property
    def state(self) -> StatusLabel:
        return state_of(self.user)


@dataclass(frozen=True)
class UserList:
    """One page of the list, sorted by address."""

    rows: list[UserRow]
    matching: str
    page: int
    has_more: bool

    @classmethod
    def of(cls, matching: str, page: int) -> UserList:
        """Return the users whose address, or dealer's name, contains the text."""
        query = _matching(matching).order_by(User.email).offset((page - 1) * PAGE_LENGTH)
        page_of_rows = db.session.execute(query.limit(PAGE_LENGTH + 1)).all()
        rows = [UserRow(row[0], row[1]) for row in page_of_rows[:PAGE_LENGTH]]
        return cls(rows, matching, page, len(page_of_rows) > PAGE_LENGTH)


def users_of(dealer: Dealer) -> list[UserRow]:
    """Return the first page of a dealer's users, sorted by address."""
    query = _matching("").where(User.dealer_id == dealer.id).order_by(User.email).limit(PAGE_LENGTH)
    return [UserRow(row[0], row[1]) for row in db.session.execute(query)]


def state_of(user: User) -> StatusLabel:
    """Return whether the user can sign in."""
    if not user.active:
        return StatusLabel("Deactivated", "secondary")
    return StatusLabel("Active", "success") if user.password_set_at else StatusLabel("Invited", "info")


def _matching(text: str) -> Any:
    last_seen = (
        select(func.max(UserSession.last_seen_at)).where(UserSession.user_id == User.id).scalar_subquery()
    )
    query: Any = select(User, last_seen).outerjoin(User.dealer).options(joinedload(User.dealer))
    if text:
        like = f"%{text.lower().translate(_ESCAPED)}%"
        either = func.lower(Dealer.name).like(like, escape="\\"), User.email.like(like, escape="\\")
        query = query.where(or_(*either))
    return query


_ESCAPED: Final = str.maketrans({"%": "\\%", "_": "\\_", "\\": "\\\\"})
