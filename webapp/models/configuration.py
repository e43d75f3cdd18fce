"""Lightspeed configuration of a dealer: the connection and the inventory settings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, false
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from webapp.core.enums import CHECK_STATES, QUANTITY_COLUMNS, WEEKDAYS
from webapp.extensions import Model
from webapp.models.tenants import Dealer, Organization
from webapp.models.types import UtcDateTime, one_of


class Configuration(Model):
    """Lightspeed configuration of one dealer: 3PA credentials, and the inventory settings.

    `check_number` counts validations, so that the result of an older one cannot overwrite a newer one (R3).
    `version` counts saves, so that a stale form is detected. `ready_since` is when the dealer became ready
    for scheduled runs (R6), None while it is not; only `webapp.runs.readiness` writes it.
    """

    __tablename__ = "configurations"
    __table_args__ = (
        CheckConstraint(one_of("quantity_column", QUANTITY_COLUMNS), name="quantity_column_known"),
        CheckConstraint(one_of("check_state", CHECK_STATES), name="check_state_known"),
        CheckConstraint("disabled_days BETWEEN 0 AND 127", name="disabled_days_range"),
    )

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    enabled: Mapped[bool] = mapped_column(default=False)
    username: Mapped[str | None] = mapped_column(Text)
    sealed_password: Mapped[str | None] = mapped_column(Text)
    password_set_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cmf: Mapped[str | None] = mapped_column(Text)
    quantity_column: Mapped[str] = mapped_column(Text, default="on_hand")
    clear_previous: Mapped[bool] = mapped_column(default=True)
    # R29: pulls older than `DATA_AGE_HOURS` are not applied.
    hold_old_data: Mapped[bool] = mapped_column(default=False, server_default=false())
    # One bit per weekday, Monday the lowest.
    disabled_days: Mapped[int] = mapped_column(default=0)
    check_state: Mapped[str] = mapped_column(Text, default="unchecked")
    check_number: Mapped[int] = mapped_column(default=0)
    check_reason: Mapped[str | None] = mapped_column(Text)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=0)
    ready_since: Mapped[datetime | None] = mapped_column(UtcDateTime)

    dealer: Mapped[Dealer] = relationship()

    @classmethod
    def unsaved(cls, dealer: Dealer) -> Configuration:
        """Create the configuration of a dealer without one, with the defaults; it is not stored."""
        # A column's default is otherwise applied only when the row is inserted.
        defaults = {
            column.key: column.default.arg
            for column in cls.__table__.columns
            if isinstance(column.default, ScalarElementColumnDefault)
        }
        return cls(dealer_id=dealer.id, dealer=dealer, **defaults)

    @property
    def credentials_holder(self) -> Organization | Configuration:
        """Return the row whose username and password the dealer's requests use (R2)."""
        return self.dealer.credentials_organization or self

    @property
    def has_credentials(self) -> bool:
        """Return whether a username and a password are stored, without decrypting the password."""
        holder = self.credentials_holder
        return bool(holder.username and holder.sealed_password)

    @property
    def disabled_on(self) -> list[str]:
        """Return the names of the disabled weekdays, Monday first (R7)."""
        return [day for bit, day in enumerate(WEEKDAYS) if self.disabled_days & 1 << bit]

    @disabled_on.setter
    def disabled_on(self, days: list[str]) -> None:
        self.disabled_days = sum(1 << WEEKDAYS.index(day) for day in set(days))
