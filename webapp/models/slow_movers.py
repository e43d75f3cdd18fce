"""Parts in stock that have not changed for so long that no update reports them (R30)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.types import BigId, KeyText, UtcDateTime


class SlowMoverCode(Model):
    """A supplier code with its slow movers: counted at a time, or the error of the last attempt.

    `parts`, `units` and `value_cents` (retail) are of parts that were older than R9 allows at that time. With
    `is_protected`, they keep their quantity when stock is cleared (R14).
    """

    __tablename__ = "slow_mover_codes"

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    code_key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    supplier_code: Mapped[str] = mapped_column(Text)
    parts: Mapped[int] = mapped_column(default=0)
    units: Mapped[int] = mapped_column(BigId, default=0)
    value_cents: Mapped[int] = mapped_column(BigId, default=0)
    is_protected: Mapped[bool] = mapped_column(default=False, server_default=false())
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)


class SlowMover(Model):
    """A part in stock that last changed on `changed_on`; those that will be too old soon are listed, too."""

    __tablename__ = "slow_movers"

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    code_key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    key: Mapped[str] = mapped_column(KeyText, primary_key=True)
    part_number: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int] = mapped_column()
    retail_cents: Mapped[int | None] = mapped_column()
    value_cents: Mapped[int] = mapped_column(BigId)
    changed_on: Mapped[date] = mapped_column()
    sold_on: Mapped[date | None] = mapped_column()
