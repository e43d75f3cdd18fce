"""How old the parts of a pull are, as Lightspeed says (R29)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.sources.lightspeed.parts import Part
from jobs.sync.applying import gathered
from jobs.sync.applying.gathered import Gathered, GatheredDates
from tests.factories import make_manufacturer
from tests.sync_harness import SyncHarness, part
from webapp.core import clock
from webapp.runs import data_age

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def summary(*dates: str | None, zone: str = "UTC") -> Gathered | None:
    counted = GatheredDates()
    counted.add([Part(date_gathered=date) for date in dates])
    return counted.summary(ZoneInfo(zone), NOW)


def test_the_median_and_the_oldest_row_are_told() -> None:
    dates = ["2026-03-10T11:00:00.1234567", "2026-03-10T11:00:59", "2026-03-10T10:30:00", "2026-03-01T00:00"]
    found = summary("2026-03-10T11:30:00", *dates)
    assert found == (NOW - HOUR, datetime(2026, 3, 1, tzinfo=UTC))


def test_dates_are_those_of_the_clock_of_the_service() -> None:
    assert summary("2026-03-10T06:00:00", zone="America/Chicago") == (NOW - HOUR, NOW - HOUR)


def test_a_clock_that_is_a_little_fast_is_taken_as_ours() -> None:
    assert summary("2026-03-10T12:04:00") == (NOW, NOW)


@pytest.mark.parametrize(
    "date",
    [
        *(None, "", "yesterday", "0001-01-01T00:00:00", "1900-01-01T00:00:00", "1999-12-31T23:59:59"),
        *("2026-03-10T12:06:00", "9999-12-31T23:59:59", "2026-02-30T00:00:00", "2026-W10-1", "\ud800"),
    ],
)
def test_dates_that_are_none_say_nothing(date: str | None) -> None:
    assert summary(date) is None
    assert summary(date, date, "2026-03-10T11:00:00") == (NOW - HOUR, NOW - HOUR)


@given(dates=st.lists(st.none() | st.text(max_size=40) | st.datetimes().map(datetime.isoformat)))
def test_no_date_stops_a_pull(dates: list[str | None]) -> None:
    found = summary(*dates)
    assert found is None or found.oldest <= found.median <= NOW


def test_any_number_of_different_dates_takes_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathered, "_MANY", 50)
    counted = GatheredDates()
    for day in range(1, 5):
        dates = [f"2026-03-0{day}T{number // 60:02}:{number % 60:02}:30" for number in range(300)]
        counted.add(
            [Part(date_gathered=date) for date in [*dates, *(f"no date {number}" for number in dates)]]
        )
        assert len(counted._counts) <= 50 + 600
    assert counted.summary(ZoneInfo("UTC"), NOW) == (
        datetime(2026, 3, 2, tzinfo=UTC),
        datetime(2026, 3, 1, tzinfo=UTC),
    )


def said(ago: timedelta) -> str:
    return (clock.now() - ago).strftime("%Y-%m-%dT%H:%M:%S")


def minutes(age: data_age.DataAge | None) -> tuple[int, int] | None:
    """Median and oldest in minutes, rounded to ten."""
    return age and (round(age.median / HOUR * 6) * 10, round(age.oldest / HOUR * 6) * 10)


@pytest.fixture
def stocked(harness: SyncHarness) -> SyncHarness:
    """Two codes: three parts of TR gathered an hour ago, one of PU three hours ago."""
    for code, name in (("TR", "Tucker"), ("PU", "Parts Unlimited")):
        harness.map_code(code, make_manufacturer(name, numbers=["A-1", "A-2", "A-3"]))
    harness.sync(
        *[part("TR", f"A-{number}", DateGathered=said(HOUR)) for number in (1, 2, 3)],
        part("PU", "A-1", DateGathered=said(3 * HOUR)),
    )
    return harness


def test_the_age_is_that_of_most_rows_of_the_dealer(stocked: SyncHarness) -> None:
    run = stocked.load_run(1)
    assert minutes(data_age.of_run(run)) == (60, 180)
    assert minutes(data_age.of_dealer(stocked.dealer.id)) == (60, 180)
    assert minutes(data_age.of_dealer(stocked.dealer.id, clock.now() + 2 * HOUR)) == (180, 300)


def test_the_same_rows_may_be_of_a_later_date(stocked: SyncHarness) -> None:
    rows = [part("TR", f"A-{number}", DateGathered=said(HOUR / 2)) for number in (1, 2, 3)]
    run = stocked.sync(*rows, part("PU", "A-1", DateGathered=None))
    assert stocked.load_item(run, "TR").changed == 0
    assert minutes(data_age.of_run(run)) == (30, 30)
    assert minutes(data_age.of_run(stocked.load_run(1))) == (60, 180)


def test_without_dates_the_age_is_unknown(stocked: SyncHarness) -> None:
    run = stocked.sync(part("TR", "A-1", DateGathered=None), part("PU", "A-1", DateGathered="soon"))
    assert (data_age.of_run(run), data_age.of_dealer(stocked.dealer.id)) == (None, None)
