"""What pages over thousands of dealers need of each one's runs, without looking through them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Double, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.types import UtcDateTime


class RecentRuns(Model):
    """The run that a dealer asked for last with its status, and when a run last succeeded.

    `unmatched` is the share of parts that the last run with a result skipped, 0 to 1; None without any part.
    Triggers on `runs` keep it, so that no write to a run can forget it; nothing else writes here. A dealer
    without runs has no row.
    """

    __tablename__ = "recent_runs"

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    # No foreign key: the triggers see to it when a run is removed.
    last_id: Mapped[int] = mapped_column()
    last_status: Mapped[str] = mapped_column(Text)
    succeeded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unmatched: Mapped[float | None] = mapped_column(Double)
