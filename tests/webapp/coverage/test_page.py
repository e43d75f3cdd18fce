"""The Coverage page, and its CSV file."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests.factories import make_coverage_day, make_stock_summary
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.core import clock
from webapp.models import Dealer
from webapp.models.coverage import OVERALL, UNMAPPED
from webapp.operations.housekeeping import old_entries

pytestmark = ON_SQLITE


@pytest.fixture
def url(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/coverage"


@pytest.fixture
def today(dealer: Dealer) -> date:
    """Two days of two codes, one of which fell today, and of unmapped codes."""
    today = clock.local_today(dealer.timezone)
    for day, online in ((today - timedelta(days=1), 90), (today, 40)):
        make_coverage_day(dealer, day, "TR", (online, 100))
        make_coverage_day(dealer, day, "KA", (50, 50))
        make_coverage_day(dealer, day, "", (0, 50), key=UNMAPPED)
        make_coverage_day(dealer, day, "", (online + 50, 200), key=OVERALL)
    make_stock_summary(dealer, online=0.45, usual=0.7, fallen=[["TR", 50]])
    return today


def test_without_a_run_there_is_nothing(client: LintingClient, url: str):
    assert "Nothing to show yet" in client.get(url).text


def test_it_shows_the_share_of_all_stock_and_of_each_code(client: LintingClient, url: str, today: date):
    page = client.get(url).text
    assert "More parts than last week aren’t online under TR (50)" in page
    day = f"{today:%b} {today.day}"
    assert f'aria-label="{day}, 45.0% online: 90 online, 110 not online"' in page
    rows = page.partition("By supplier code")[2]
    assert [rows.index(f">{code}</a>") for code in ("TR", "Unmapped codes", "KA")] == sorted(
        rows.index(f">{code}</a>") for code in ("TR", "Unmapped codes", "KA")
    )
    assert "40.0%" in rows
    assert "$40 of $100" in rows


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?code=tr", ": 40 online, 60 not online"),
        ("?unmapped=1&measure=units", ": 0 online, 50 not online"),
        ("?code=ka&measure=value", ": 50 online, 0 not online"),
        ("?code=nobody&measure=nothing", ": 90 online, 110 not online"),
    ],
)
def test_the_chart_is_of_one_code_or_all_by_each_measure(
    client: LintingClient, url: str, today: date, query: str, said: str
):
    assert said in client.hx("GET", f"{url}{query}").text


def test_the_file_has_every_day(client: LintingClient, url: str, today: date):
    rows = list(csv.DictReader(io.StringIO(client.get(f"{url}/export.csv").data.decode("utf-8-sig"))))
    assert len(rows) == 8
    assert [row["stock"] for row in rows[:4]] == ["all", "unmapped", "code", "code"]
    assert rows[0] | {"parts": "200", "parts_online": "90", "value_online": "90.00"} == rows[0]
    assert rows[0]["day"] == today.isoformat()


def test_old_days_are_deleted(dealer: Dealer, today: date):
    midnight = datetime.combine(today, time(), UTC)
    assert old_entries.delete_coverage_days(midnight) == 4
    assert old_entries.delete_coverage_days(midnight) == 0
    assert old_entries.delete_coverage_days(midnight + timedelta(days=1)) == 4
