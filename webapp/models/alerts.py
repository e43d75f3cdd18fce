"""Alerts, their notifications and recipients, and the state that rules keep between evaluations."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.core import clock
from webapp.core.enums import ALERT_CHANNELS, ALERT_DELIVERY_STATES, ALERT_EVENTS
from webapp.extensions import Model
from webapp.models.tenants import Dealer
from webapp.models.types import BigId, UtcDateTime, one_of

OPEN = text("closed_at IS NULL")
WAITING = text("state = 'waiting'")
CONFIRMATION = text("event = 'confirmation'")


class Alert(Model):
    """One episode of one rule: of a dealer, or of the whole deployment without a dealer.

    `cause` is a name in `webapp.alerts.RULES`; `subject` distinguishes several of one rule, such as by a
    supplier code. `sentence` is for the user.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        # 0 stands for the deployment: a unique index treats each NULL as a different value.
        CheckConstraint("dealer_key = coalesce(dealer_id, 0)", name="key_is_dealer"),
        # Concurrent evaluations on two machines open only one.
        Index(
            "uq_alerts_open",
            "dealer_key",
            "cause",
            "subject",
            unique=True,
            postgresql_where=OPEN,
            sqlite_where=OPEN,
        ),
        Index("ix_alerts_dealer_key_id", "dealer_key", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    dealer_id: Mapped[int | None] = mapped_column(ForeignKey("dealers.id"))
    dealer_key: Mapped[int] = mapped_column(default=0)
    cause: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text, default="")
    sentence: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    dealer: Mapped[Dealer | None] = relationship()


class AlertDelivery(Model):
    """One message to one recipient: written with the change that it is about, sent afterwards.

    `recipient` is an email address, or the host of a webhook, whose URL may itself be a secret. A sender that
    leases the message raises `attempts` and postpones `next_attempt_at`, so that another sender retries if it
    dies.
    """

    __tablename__ = "alert_deliveries"
    __table_args__ = (
        CheckConstraint(one_of("event", ALERT_EVENTS), name="event_known"),
        CheckConstraint(one_of("channel", ALERT_CHANNELS), name="channel_known"),
        CheckConstraint(one_of("state", ALERT_DELIVERY_STATES), name="state_known"),
        CheckConstraint("(alert_id IS NOT NULL) = (event IN ('opened', 'recovered'))", name="alert_of_event"),
        CheckConstraint("(digest_on IS NOT NULL) = (event = 'digest')", name="digest_day"),
        CheckConstraint("(summary_id IS NOT NULL) = (event = 'summary')", name="summary_of_event"),
        # Notified once per episode, and once when it ends; a digest once a day.
        UniqueConstraint("alert_id", "event", "channel", "recipient"),
        UniqueConstraint("digest_on", "recipient"),
        Index(
            "ix_alert_deliveries_waiting",
            "next_attempt_at",
            "id",
            postgresql_where=WAITING,
            sqlite_where=WAITING,
        ),
        Index("ix_alert_deliveries_dealer_id_id", "dealer_id", "id"),
        Index(
            "ix_alert_deliveries_confirmations",
            "recipient",
            "id",
            postgresql_where=CONFIRMATION,
            sqlite_where=CONFIRMATION,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    alert_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("alerts.id", ondelete="CASCADE"))
    dealer_id: Mapped[int | None] = mapped_column(ForeignKey("dealers.id"))
    event: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    recipient: Mapped[str] = mapped_column(Text)
    digest_on: Mapped[date | None] = mapped_column()
    # Not a foreign key: summaries are deleted before their messages.
    summary_id: Mapped[int | None] = mapped_column(BigId)
    state: Mapped[str] = mapped_column(Text, default="waiting")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Why the last attempt failed, for the dealer and without secrets.
    error: Mapped[str | None] = mapped_column(Text)

    alert: Mapped[Alert | None] = relationship()
    dealer: Mapped[Dealer | None] = relationship()


class AlertRecipients(Model):
    """Recipients of a dealer's alerts. `version` counts changes.

    `unconfirmed` maps addresses that are not confirmed yet to the nonces of their links; NULL if all are
    confirmed.
    """

    __tablename__ = "alert_contacts"
    __table_args__ = (
        CheckConstraint("(webhook_url IS NULL) = (sealed_webhook_secret IS NULL)", name="webhook_whole"),
    )

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    recipients: Mapped[list[str]] = mapped_column(JSON, default=list)
    unconfirmed: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    webhook_url: Mapped[str | None] = mapped_column(Text)
    sealed_webhook_secret: Mapped[str | None] = mapped_column(Text)
    secret_set_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=0)

    dealer: Mapped[Dealer] = relationship()

    @property
    def confirmed(self) -> list[str]:
        """Return the addresses that are sent alerts."""
        return [address for address in self.recipients if address not in (self.unconfirmed or {})]


class AlertState(Model):
    """Time since when runs of a dealer are expected: while it is enabled and has supplier codes."""

    __tablename__ = "alert_watches"

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)


class UnmatchedShare(Model):
    """Unmatched share of a dealer's latest run, and the baseline before it; from 0 to 1.

    `run_id` is not a foreign key: runs are deleted eventually.
    """

    __tablename__ = "unmatched_shares"

    dealer_id: Mapped[int] = mapped_column(ForeignKey("dealers.id"), primary_key=True)
    run_id: Mapped[int] = mapped_column()
    parts: Mapped[int] = mapped_column()
    share: Mapped[float] = mapped_column()
    # Empty while too few runs are known.
    usual: Mapped[float | None] = mapped_column()
