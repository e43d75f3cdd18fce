"""Totals of deleted and existing runs, so that counters never decrease."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.core.run_states import ENDED_RUN_STATES
from webapp.extensions import Model
from webapp.models.types import one_of


class RunTally(Model):
    """Sum over all tallied runs that ended in one state within `within_seconds`.

    Each run is counted in one row only: that of its smallest bound (webapp/operations/metrics/tallying.py).
    """

    __tablename__ = "run_tallies"
    __table_args__ = (CheckConstraint(one_of("status", ENDED_RUN_STATES), name="status_ended"),)

    status: Mapped[str] = mapped_column(Text, primary_key=True)
    within_seconds: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    runs: Mapped[int] = mapped_column(BigInteger, default=0)
    duration_ms: Mapped[int] = mapped_column(BigInteger, default=0)
    fetched: Mapped[int] = mapped_column(BigInteger, default=0)
    synced: Mapped[int] = mapped_column(BigInteger, default=0)
    skipped: Mapped[int] = mapped_column(BigInteger, default=0)
    kept: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    cleared: Mapped[int] = mapped_column(BigInteger, default=0)
    changed: Mapped[int] = mapped_column(BigInteger, default=0)
    requests: Mapped[int] = mapped_column(BigInteger, default=0)
    rate_waited_ms: Mapped[int] = mapped_column(BigInteger, default=0)
