"""Heartbeats of periodic jobs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.extensions import Model
from webapp.models.types import UtcDateTime


class JobHeartbeat(Model):
    """Last completion of a job that is declared in `jobs/schedule.py`, by its id."""

    __tablename__ = "periodic_jobs"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)
