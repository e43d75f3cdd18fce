"""Organizations, dealers and the people who sign in."""

from __future__ import annotations

import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp import clock
from webapp.extensions import Model
from webapp.models.types import UtcDateTime, one_of
from webapp.words import ROLES


class Organization(Model):
    """A group of dealers. When it holds 3PA credentials all its dealers use them (R2)."""

    __tablename__ = "organizations"
    __table_args__ = (
        CheckConstraint("(username IS NULL) = (sealed_password IS NULL)", name="credentials_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    username: Mapped[str | None] = mapped_column(Text)
    sealed_password: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    dealers: Mapped[list[Dealer]] = relationship(back_populates="organization")

    @property
    def holds_credentials(self) -> bool:
        return self.username is not None


class Dealer(Model):
    """One dealership, the tenant."""

    __tablename__ = "dealers"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    timezone: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    organization: Mapped[Organization | None] = relationship(back_populates="dealers")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class RoleName(RoleMixin):
    """A role as Flask-Security asks for it: an object with a name. Roles are a closed list, not a table."""

    def __init__(self, name: str) -> None:
        self.name = name


class User(Model, UserMixin):
    """A person who signs in: of one dealer, or staff who support all of them.

    The e-mail address is kept in lower case.
    """

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint(one_of("role", ROLES), name="role_known"),
        CheckConstraint("(role = 'dealer') = (dealer_id IS NOT NULL)", name="dealer_of_role"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Text, unique=True)
    password: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(Text, unique=True, default=lambda: secrets.token_hex(32))
    role: Mapped[str] = mapped_column(Text)
    dealer_id: Mapped[int | None] = mapped_column(ForeignKey("dealers.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    dealer: Mapped[Dealer | None] = relationship()

    @property
    def roles(self) -> list[RoleName]:  # type: ignore[override]
        return [RoleName(self.role)]

    @property
    def is_staff(self) -> bool:
        return self.role == "staff"
