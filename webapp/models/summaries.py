"""Summaries of changes: who chose them, and those that were made."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock
from webapp.core.enums import ALERT_CHANNELS, SUMMARY_PERIODS
from webapp.extensions import Model
from webapp.models.tenants import Dealer
from webapp.models.types import BigId, UtcDateTime, one_of


class SummaryChoice(Model):
    """How often a recipient of a dealer's alerts gets a summary; no row for never.

    `address_key` is the email address in lower case, or empty for the webhook. Summaries that were due before
    `since` are not sent.
    """

    __tablename__ = "summary_choices"
    __table_args__ = (
        CheckConstraint(one_of("channel", ALERT_CHANNELS), name="channel_known"),
        CheckConstraint(one_of("period", SUMMARY_PERIODS), name="period_known"),
    )

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    address_key: Mapped[str] = mapped_column(Text, primary_key=True)
    period: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class StoredSummary(Model):
    """The summary of a dealer's day or week that begins on a local date.

    It is made once: the unique constraint rejects that of a second scheduler. `body` is its content as JSON
    (webapp/summaries/content.py), so that all its messages say the same, at every attempt.
    """

    __tablename__ = "change_summaries"
    __table_args__ = (
        CheckConstraint(one_of("period", SUMMARY_PERIODS), name="period_known"),
        UniqueConstraint("dealer_id", "period", "starts_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"))
    period: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    body: Mapped[str] = mapped_column(Text)

    dealer: Mapped[Dealer] = relationship()
