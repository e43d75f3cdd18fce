"""People who sign in, as staff see them: who, for whom, how, and when last."""

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
    """A user, and when one of the sessions was last used."""

    user: User
    seen_at: datetime | None

    @property
    def state(self) -> StatusLabel:
        return state_of(self.user)


@dataclass(frozen=True)
class UserList:
    """One page of the list, in order of address."""

    rows: list[UserRow]
    matching: str
    page: int
    has_more: bool

    @classmethod
    def of(cls, matching: str, page: int) -> UserList:
        """Those whose address, or whose dealer's name, contains the text."""
        wanted = _matching(matching).order_by(User.email).offset((page - 1) * PAGE_LENGTH)
        found = db.session.execute(wanted.limit(PAGE_LENGTH + 1)).all()
        rows = [UserRow(row[0], row[1]) for row in found[:PAGE_LENGTH]]
        return cls(rows, matching, page, len(found) > PAGE_LENGTH)


def state_of(user: User) -> StatusLabel:
    """Whether the person can sign in."""
    if not user.active:
        return StatusLabel("Deactivated", "secondary")
    return StatusLabel("Active", "success") if user.password_set_at else StatusLabel("Invited", "info")


def _matching(text: str) -> Any:
    seen = select(func.max(UserSession.last_seen_at)).where(UserSession.user_id == User.id).scalar_subquery()
    wanted: Any = select(User, seen).outerjoin(User.dealer).options(joinedload(User.dealer))
    if text:
        like = f"%{text.lower().translate(_ESCAPED)}%"
        either = func.lower(Dealer.name).like(like, escape="\\"), User.email.like(like, escape="\\")
        wanted = wanted.where(or_(*either))
    return wanted


_ESCAPED: Final = str.maketrans({"%": "\\%", "_": "\\_", "\\": "\\\\"})
