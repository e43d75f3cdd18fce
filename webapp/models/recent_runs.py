"""Denormalized state of each dealer's latest runs, for pages over thousands of dealers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Double, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.types import UtcDateTime


class RecentRuns(Model):
    """A dealer's last requested run with its status, and the time of the last success.

    `unmatched` is the share of parts skipped by the last run with a result, 0 to 1; None without any part.
    Triggers on `runs` maintain it, so that every write is covered; nothing else writes here. A dealer without
    runs has no row.
    """

    __tablename__ = "recent_runs"

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    # Not a foreign key: the triggers handle the deletion of a run.
    last_id: Mapped[int] = mapped_column()
    last_status: Mapped[str] = mapped_column(Text)
    succeeded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unmatched: Mapped[float | None] = mapped_column(Double)
