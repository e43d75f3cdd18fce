"""Live requests to Lightspeed for one part."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock
from webapp.core.enums import PART_REQUEST_STATES
from webapp.extensions import Model
from webapp.models.tenants import Dealer
from webapp.models.types import UtcDateTime, one_of

WAITING = text("state = 'waiting'")


class PartRequest(Model):
    """A user's question to Lightspeed about a part number, and the answer (R23).

    A dealer has at most one that waits. `rows` are the fields of the parts found, each with what the next run
    would make of it; `error` is why there is no answer, for the dealer.
    """

    __tablename__ = "part_requests"
    __table_args__ = (
        CheckConstraint(one_of("state", PART_REQUEST_STATES), name="state_known"),
        Index(
            "uq_part_requests_waiting",
            "dealer_id",
            unique=True,
            postgresql_where=WAITING,
            sqlite_where=WAITING,
        ),
        Index("ix_part_requests_dealer_id_id", "dealer_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"))
    part_number: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, default="waiting")
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rows: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    error: Mapped[str | None] = mapped_column(Text)

    dealer: Mapped[Dealer] = relationship()
