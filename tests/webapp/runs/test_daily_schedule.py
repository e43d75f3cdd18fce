"""The times of a dealer's scheduled runs, as LightSpeed Configuration shows them (R6, R7)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask

from tests.factories import make_configuration, make_run
from tests.webapp.client import ON_SQLITE
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Dealer
from webapp.runs.daily_schedule import ALL_DISABLED, NOT_READY, DailySchedule

pytestmark = ON_SQLITE

CHICAGO = ZoneInfo("America/Chicago")
READY_SINCE = datetime(2025, 1, 1, tzinfo=CHICAGO)


def schedule_at(
    dealer: Dealer, *local: int, ready: bool = True, disabled: tuple[str, ...] = ()
) -> DailySchedule:
    dealer.timezone = "America/Chicago"
    with time_machine.travel(datetime(*local, tzinfo=CHICAGO), tick=False):  # type: ignore[arg-type, misc]
        configuration = make_configuration(dealer)
        configuration.disabled_on = list(disabled)
        configuration.ready_since = READY_SINCE if ready else None
        db.session.commit()
        return DailySchedule.of(dealer, configuration)


def states(schedule: DailySchedule) -> dict[str, str]:
    return {each.text: each.state for each in schedule.times}


def local(moment: datetime | None) -> str:
    return f"{moment.astimezone(CHICAGO):%a %H:%M}"[:-1] if moment else ""


def test_the_next_time_of_today_is_marked(dealer: Dealer) -> None:
    schedule = schedule_at(dealer, 2025, 6, 4, 12, 0)
    assert states(schedule) == {
        "1:00 AM": "past",
        "7:00 AM": "past",
        "1:00 PM": "next",
        "7:00 PM": "later today",
    }
    assert local(schedule.next_run) == "Wed 13:0"


def test_late_in_the_evening_the_next_one_is_tomorrow(dealer: Dealer) -> None:
    schedule = schedule_at(dealer, 2025, 6, 4, 22, 0)
    assert set(states(schedule).values()) == {"past"}
    assert local(schedule.next_run) == "Thu 01:0"


def test_on_a_disabled_day_no_time_counts(dealer: Dealer) -> None:
    schedule = schedule_at(dealer, 2025, 6, 4, 12, 0, disabled=("Wednesday", "Thursday"))
    assert set(states(schedule).values()) == {"disabled today"}
    assert local(schedule.next_run) == "Fri 01:0"


def test_a_dealer_that_is_not_ready_has_no_next_run_and_is_told_why(dealer: Dealer) -> None:
    schedule = schedule_at(dealer, 2025, 6, 4, 12, 0, ready=False)
    assert states(schedule)["1:00 PM"] == "no update"
    assert (schedule.next_run, schedule.reason) == (None, NOT_READY)


def test_with_every_day_disabled_the_reason_is_another(dealer: Dealer) -> None:
    week = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
    assert schedule_at(dealer, 2025, 6, 4, 12, 0, disabled=week).reason == ALL_DISABLED


def test_a_time_that_a_run_started_by_hand_replaced_is_no_update(dealer: Dealer) -> None:
    with time_machine.travel(datetime(2025, 6, 4, 13, 30, tzinfo=CHICAGO), tick=False):
        make_run(dealer, started_at=clock.now())
    schedule = schedule_at(dealer, 2025, 6, 4, 12, 59)
    assert states(schedule)["1:00 PM"] == "no update"
    assert states(schedule)["7:00 PM"] == "next"


@pytest.mark.parametrize(
    ("day", "hours", "times"),
    [
        ((2025, 3, 9), (1, 2, 7), ["1:00 AM CST", "3:00 AM CDT", "7:00 AM CDT"]),
        ((2025, 11, 2), (1, 7), ["1:00 AM CDT", "7:00 AM CST"]),
    ],
    ids=["forward", "back"],
)
def test_on_a_day_of_a_clock_change_each_time_names_its_zone(
    app: Flask, dealer: Dealer, day: tuple[int, int, int], hours: tuple[int, ...], times: list[str]
) -> None:
    app.config["SYNC_HOURS"] = hours
    schedule = schedule_at(dealer, *day, 0, 30)
    assert [each.text for each in schedule.times] == times
    assert schedule.times[0].state == "next"
