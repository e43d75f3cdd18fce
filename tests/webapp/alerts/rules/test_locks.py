"""The rule that announces the end of locks, and says when they have ended (R28)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.factories import make_dealer, make_manufacturer, make_product
from webapp.alerts import evaluate_rules
from webapp.alerts.rules import locks as rule
from webapp.extensions import db
from webapp.locks import locking
from webapp.locks.locking import LockValues
from webapp.models import Alert
from webapp.web.times import end_of_day

NOW = datetime(2026, 12, 1, 15, tzinfo=UTC)


@pytest.mark.usefixtures("app")
def test_the_end_of_locks_is_announced_three_days_before_and_told_when_it_has_come() -> None:
    dealer, maker = make_dealer("Prairie", "America/Chicago"), make_manufacturer("EBC")
    ends = {"P-1": date(2026, 12, 3), "P-2": date(2026, 12, 3), "P-3": date(2026, 12, 20), "P-4": None}
    with time_machine.travel(NOW, tick=False):
        wanted = {
            make_product(maker, number).id: LockValues(
                quantity=5, until=end_of_day(day, dealer.zone).astimezone(UTC) if day else None, reason="x"
            )
            for number, day in ends.items()
        }
        locking.set_locks(dealer, wanted, None)
    assert evaluate_rules(NOW, [rule.RULE]).opened == 1
    alert = db.session.scalars(select(Alert)).one()
    assert (alert.dealer_id, alert.subject) == (dealer.id, "2026-12-03")
    assert alert.sentence == "2 locks end after Dec 3: EBC P-1, EBC P-2."
    after = NOW + timedelta(days=3)
    locking.expire(after)
    assert evaluate_rules(after, [rule.RULE]).closed == 1
    soon = datetime(2026, 12, 18, 15, tzinfo=UTC)
    assert [finding.sentence for finding in rule.found(soon)] == [
        "The lock on EBC P-3 (quantity 5) ends after Dec 20."
    ]
