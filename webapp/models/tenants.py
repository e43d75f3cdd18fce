"""Organizations, dealers and users."""

from __future__ import annotations

import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import current_app
from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Text
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock
from webapp.core.enums import ROLES
from webapp.extensions import Model
from webapp.models.types import UtcDateTime, one_of


class Organization(Model):
    """Group of dealers. If it holds 3PA credentials, all its dealers use them (R2)."""

    __tablename__ = "organizations"
    __table_args__ = (
        CheckConstraint("(username IS NULL) = (sealed_password IS NULL)", name="credentials_whole"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    username: Mapped[str | None] = mapped_column(Text)
    sealed_password: Mapped[str | None] = mapped_column(Text)
    password_set_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    dealers: Mapped[list[Dealer]] = relationship(back_populates="organization")

    @property
    def holds_credentials(self) -> bool:
        return self.username is not None


class Dealer(Model):
    """One dealership, the tenant.

    A closed dealer (`closed_at`) has no runs and its users cannot sign in; its data is kept. 3PA is disabled
    while it is closed; `enabled_when_closed` is the previous state.
    """

    __tablename__ = "dealers"

    id: Mapped[int] = mapped_column(primary_key=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    name: Mapped[str] = mapped_column(Text)
    timezone: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    enabled_when_closed: Mapped[bool | None] = mapped_column()

    organization: Mapped[Organization | None] = relationship(back_populates="dealers")

    @property
    def credentials_organization(self) -> Organization | None:
        """Return the organization whose 3PA credentials the dealer uses; None if the dealer has its own
        (R2)."""
        organization = self.organization
        return organization if organization is not None and organization.holds_credentials else None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class RoleName(RoleMixin):
    """Role as Flask-Security expects it: an object with a name. Roles are a closed list, not a table."""

    def __init__(self, name: str) -> None:
        self.name = name


class User(Model, UserMixin):
    """User who signs in: of one dealer, or staff who support all of them.

    The email address is stored in lower case. An invited user has a random password until `password_set_at`.
    Columns with the prefixes `tf_` and `mf_` belong to the second factor, with names given by Flask-Security:
    the secret is encrypted, recovery codes are hashed, and `tf_last_counter` is the time step of the last
    code, which cannot be reused.
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
    password_set_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tf_primary_method: Mapped[str | None] = mapped_column(Text)
    tf_totp_secret: Mapped[str | None] = mapped_column(Text)
    tf_last_counter: Mapped[int | None] = mapped_column()
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(
        MutableList.as_mutable(JSON(none_as_null=True))
    )

    dealer: Mapped[Dealer | None] = relationship()

    @property
    def roles(self) -> list[RoleName]:  # type: ignore[override]
        return [RoleName(self.role)]

    @property
    def is_active(self) -> bool:
        """Return whether Flask-Security may sign the user in: not if deactivated, or of a closed dealer."""
        return self.active and (self.dealer is None or self.dealer.closed_at is None)

    @property
    def is_staff(self) -> bool:
        return self.role == "staff"

    @property
    def has_second_factor(self) -> bool:
        return bool(self.tf_primary_method and self.tf_totp_secret)

    @property
    def needs_second_factor(self) -> bool:
        """Return whether the user must have one: staff, if `REQUIRE_STAFF_2FA` is on."""
        return self.is_staff and bool(current_app.config["REQUIRE_STAFF_2FA"])

    def check_tf_required(
        self, methods: list[tuple[str, str]], fresh: bool
    ) -> tuple[bool, list[tuple[str, str]]]:
        """Return whether a code is required after the password; called by Flask-Security."""
        return bool(methods) or self.needs_second_factor, methods

    def check_tf_required_setup(self) -> bool:
        """Return whether a second factor is mandatory; called by Flask-Security before removing it."""
        return self.needs_second_factor
