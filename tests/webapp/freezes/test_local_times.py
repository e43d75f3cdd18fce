"""The end of a freeze given as a day: the end of that day in the dealer's zone, as of a lock (R26, R28)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.core import clock
from webapp.extensions import db
from webapp.freezes import local_times
from webapp.models import Dealer, Freeze
from webapp.web import times

CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2026-12-05", datetime(2026, 12, 6, 6, tzinfo=UTC)),
        (" 2026-12-05 ", datetime(2026, 12, 6, 6, tzinfo=UTC)),
        ("2026-12-05T17:00", datetime(2026, 12, 5, 23, tzinfo=UTC)),
        # A day of 23 hours, and one of 25.
        ("2026-03-08", datetime(2026, 3, 9, 5, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 11, 2, 6, tzinfo=UTC)),
        ("", None),
    ],
)
def test_a_day_counts_to_its_end(text: str, end: datetime | None) -> None:
    assert local_times.parse_end(text, CHICAGO) == end


def test_a_start_on_a_day_is_its_beginning() -> None:
    assert local_times.parse("2026-12-05", CHICAGO) == datetime(2026, 12, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize("text", ["Friday", "2026-12-05T10:00Z", "1999-12-05", "9999-12-31", "2026-02-30"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        local_times.parse_end(text, CHICAGO)


@ON_SQLITE
def test_forms_and_commands_agree(client: LintingClient, flask: Any, dealer: Dealer) -> None:
    day = (clock.now() + timedelta(days=10)).astimezone(dealer.zone).date()
    form = {"target": "all", "reason": "count", "ends_at": day.isoformat()}
    assert client.post(f"/dealers/{dealer.id}/freezes", data=form).status_code == 303
    given = ("--dealer", str(dealer.id), "--all", "--reason", "again", "--until", day.isoformat())
    assert flask("freezes", "add", *given).stdout
    ends = set(db.session.scalars(select(Freeze.ends_at)))
    assert ends == {times.end_of_day(day, dealer.zone).astimezone(UTC)}
