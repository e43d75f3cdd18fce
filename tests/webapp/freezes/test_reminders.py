"""Reminders of freezes by email (R26)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import current_app
from sqlalchemy import select

from jobs.notifications import messages
from jobs.notifications.undeliverable import NoLongerWanted
from tests.factories import make_alert_recipients
from webapp.core import clock
from webapp.extensions import db
from webapp.freezes import freezing, reminders
from webapp.models import AlertDelivery, Dealer


@pytest.fixture
def told(dealer: Dealer) -> Dealer:
    current_app.config |= {"SMTP_URL": "smtp://127.0.0.1:9", "PUBLIC_URL": "https://sync.example.com"}
    make_alert_recipients(dealer, "boss@northwind.example")
    return dealer


def deliveries() -> list[AlertDelivery]:
    return list(db.session.scalars(select(AlertDelivery)))


def when(hours: float, start: datetime | None = None) -> datetime:
    return (start or clock.now()) + timedelta(hours=hours)


@pytest.mark.parametrize(("hours", "early"), [(72, 24), (10, 5)])
def test_a_reminder_comes_once_before_a_freeze_ends(told: Dealer, hours: int, early: int) -> None:
    row = freezing.freeze(told, "all", reason="physical count", ends_at=when(hours))
    assert row.ends_at is not None
    assert reminders.queue_due(when(-early - 0.1, row.ends_at)) == 0
    assert reminders.queue_due(when(-early + 0.1, row.ends_at)) == 1
    assert reminders.queue_due(when(-early + 0.2, row.ends_at)) == 0
    (delivery,) = deliveries()
    message = messages.compose(delivery)
    assert message.subject == f"{told.name}: your webstore is frozen"
    assert "(physical count): updates from Lightspeed are received but not applied." in message.text
    assert f"https://sync.example.com/dealers/{told.id}/freezes" in message.text
    freezing.release(row)
    with pytest.raises(NoLongerWanted):
        messages.compose(delivery)


def test_a_freeze_without_an_end_is_told_of_weekly(told: Dealer) -> None:
    row = freezing.freeze(told, "all", reason="physical count")
    days = [24 * day for day in (6, 7.5, 8, 14.6)]
    assert [reminders.queue_due(when(hours, row.starts_at)) for hours in days] == [0, 1, 0, 1]
    assert len(deliveries()) == 2


def test_planned_and_released_freezes_are_not_told_of(told: Dealer) -> None:
    freezing.freeze(told, "all", reason="physical count", starts_at=when(24 * 60))
    freezing.release(freezing.freeze(told, "all", reason="physical count"))
    assert reminders.queue_due(when(24 * 30)) == 0
