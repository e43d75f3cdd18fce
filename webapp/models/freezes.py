"""Freezes: stock that runs leave as it is for a time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock
from webapp.core.enums import FREEZE_SCOPES
from webapp.core.freeze_states import FreezeState, state_at
from webapp.extensions import Model
from webapp.models.catalog import Manufacturer
from webapp.models.tenants import Dealer, User
from webapp.models.types import KeyText, UtcDateTime, one_of

OPEN = text("ended_at IS NULL")


class Freeze(Model):
    """Stock of a code, of a manufacturer or of a dealer that runs leave as it is (R26).

    `starts_at` and `ends_at` say when; without `ends_at`, until it is released. `ended_at` is set once the
    end took effect: from then on it is over, whatever the time. `released_at` is set if a user ended it.
    """

    __tablename__ = "freezes"
    __table_args__ = (
        CheckConstraint(one_of("scope", FREEZE_SCOPES), name="scope_known"),
        CheckConstraint("(scope = 'code') = (code_key IS NOT NULL)", name="code_of_code"),
        CheckConstraint(
            "(scope = 'manufacturer') = (manufacturer_id IS NOT NULL)", name="manufacturer_of_manufacturer"
        ),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("released_at IS NULL OR ended_at IS NOT NULL", name="released_has_ended"),
        Index("ix_freezes_dealer_id_id", "dealer_id", "id"),
        Index("ix_freezes_open", "dealer_id", postgresql_where=OPEN, sqlite_where=OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"))
    scope: Mapped[str] = mapped_column(Text)
    code_key: Mapped[str | None] = mapped_column(KeyText)
    supplier_code: Mapped[str | None] = mapped_column(Text)
    manufacturer_id: Mapped[int | None] = mapped_column(ForeignKey("manufacturers.id"))
    reason: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    dealer: Mapped[Dealer] = relationship()
    manufacturer: Mapped[Manufacturer | None] = relationship()
    created_by: Mapped[User | None] = relationship(foreign_keys=created_by_id)
    released_by: Mapped[User | None] = relationship(foreign_keys=released_by_id)

    @property
    def state(self) -> FreezeState:
        """Its state now."""
        over = FreezeState.RELEASED if self.released_at else FreezeState.ENDED if self.ended_at else None
        return over or state_at(clock.now(), self.starts_at, self.ends_at)

    @property
    def what(self) -> str:
        """What it freezes, in a few words."""
        if self.scope == "all":
            return "All inventory"
        return f"Code {self.supplier_code}" if self.manufacturer is None else self.manufacturer.name
