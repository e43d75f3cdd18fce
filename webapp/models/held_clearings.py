"""Held clearings: clearings that look like a mistake, and their decisions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock
from webapp.core.enums import HELD_CLEARING_STATES, OPEN_CLEARING_STATES
from webapp.extensions import Model
from webapp.models.tenants import Dealer, User
from webapp.models.types import BigId, KeyText, UtcDateTime, one_of

UNSETTLED = text(one_of("state", OPEN_CLEARING_STATES))


class HeldClearing(Model):
    """A complete pull that would set suspiciously many of a code's products to zero, and is held.

    `products` of the `stocked` ones would go to zero. The rest of the pull was applied; `run_item_id` refers
    to it, as history only. `state` is one of `HELD_CLEARING_STATES`; a code has at most one current hold.
    """

    __tablename__ = "held_clearings"
    __table_args__ = (
        CheckConstraint(one_of("state", HELD_CLEARING_STATES), name="state_known"),
        CheckConstraint("products > 0 AND products <= stocked", name="products_range"),
        Index(
            "uq_held_clearings_standing",
            "dealer_id",
            "code_key",
            unique=True,
            postgresql_where=UNSETTLED,
            sqlite_where=UNSETTLED,
        ),
        Index("ix_held_clearings_run_item_id", "run_item_id"),
        Index("ix_held_clearings_run_id", "run_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"))
    run_id: Mapped[int] = mapped_column()
    run_item_id: Mapped[int] = mapped_column(BigId)
    supplier_code: Mapped[str] = mapped_column(Text)
    code_key: Mapped[str] = mapped_column(KeyText)
    products: Mapped[int] = mapped_column()
    stocked: Mapped[int] = mapped_column()
    state: Mapped[str] = mapped_column(Text, default="held")
    held_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    dealer: Mapped[Dealer] = relationship()
    decided_by: Mapped[User | None] = relationship()

    @property
    def sentence(self) -> str:
        """Describe the clearing for a dealer: "KA: 1,920 of 2,014 products would go to zero."."""
        return f"{self.supplier_code}: {self.products:,} of {self.stocked:,} products would go to zero."
