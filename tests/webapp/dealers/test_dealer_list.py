"""The staff's home: every dealer in one table, those that need attention first."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event

from tests.factories import (
    make_alert,
    make_configuration,
    make_dealer,
    make_held_clearing,
    make_run_item,
    make_user,
)
from tests.webapp.client import ON_SQLITE, LintingClient
from tests.webapp.dealers.fleet import add_six, finished, names, ready
from webapp.core import clock
from webapp.dealers.dealer_filter import SORTS
from webapp.dealers.dealer_list import PAGE_LENGTH
from webapp.extensions import db
from webapp.models import Dealer


@pytest.fixture
def six(app: Flask) -> None:
    add_six()


def test_dealers_that_need_attention_come_first_the_worst_at_the_top(staff: LintingClient, six: None):
    page = staff.get("/dealers").text
    assert names(page) == ["Refused", "Stale", "Failed", "Partial", "New", "Fine"]
    assert re.search(r'aria-current="true">All <span class="sub">6</span>', page)
    assert re.search(r">Needs attention <span class=\"sub\">4</span>", page)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", ["Failed", "Fine", "New", "Partial", "Refused", "Stale"]),
        ("-name", ["Stale", "Refused", "Partial", "New", "Fine", "Failed"]),
        ("success", ["Failed", "New", "Partial", "Refused", "Stale", "Fine"]),
        ("-success", ["Fine", "Stale", "Failed", "New", "Partial", "Refused"]),
        ("status", ["Failed", "Refused", "Partial", "Fine", "Stale", "New"]),
        ("-unmatched", ["Partial", "Fine", "Stale", "Failed", "New", "Refused"]),
        ("connection", ["Refused", "Failed", "Fine", "Partial", "Stale", "New"]),
        ("unmatched", ["Stale", "Fine", "Partial", "Failed", "New", "Refused"]),
        ("online", ["Partial", "Fine", "Failed", "New", "Refused", "Stale"]),
        ("-online", ["Fine", "Partial", "Failed", "New", "Refused", "Stale"]),
        ("nonsense", ["Refused", "Stale", "Failed", "Partial", "New", "Fine"]),
    ],
)
def test_the_table_is_sorted_as_requested(staff: LintingClient, six: None, sort: str, order: list[str]):
    for page in (staff.get(f"/dealers?sort={sort}"), staff.hx("GET", f"/dealers?sort={sort}")):
        assert names(page.text) == order


@ON_SQLITE
def test_a_heading_says_how_it_is_sorted_and_turns_it_around(staff: LintingClient, six: None):
    page = staff.get("/dealers?sort=-unmatched&matching=a").text
    assert '<th scope="col" class="num" aria-sort="descending">' in page
    assert 'href="/dealers?matching=a&amp;sort=unmatched">Unmatched</a>' in page
    assert page.count("aria-sort") == 1
    assert all(f'<option value="{sort}"' in page for sort in SORTS)


def test_each_dealer_is_shown_with_its_last_run_and_last_success(staff: LintingClient, dealer: Dealer):
    make_configuration(dealer, check_state="refused", check_reason="No.")
    finished(dealer, "succeeded", 5, synced=7, skipped=1)
    last = finished(dealer, "failed", 1)
    address = f'href="/dealers/{dealer.id}/runs/{last.id}">Failed</a>'
    page = staff.get("/dealers").text
    assert address in page
    assert "5 hours ago" in page
    assert "12.5%" in page
    assert ">Succeeded</a>" not in page


@ON_SQLITE
def test_the_next_run_is_shown_in_the_dealers_own_time(staff: LintingClient):
    with time_machine.travel(datetime(2026, 11, 23, 15, 0, tzinfo=UTC), tick=False):
        ready("Prairie")
        ready("Closed on Mondays", disabled_days=1)
        make_configuration(make_dealer("Not enabled"), enabled=False)
        # A session of that time: one from its future would not be taken.
        page = staff.sign_in(make_user("night@example.com")).get("/dealers?sort=name").text
    # 09:00 in Chicago: the next slot is at 13:00, with up to five minutes of delay.
    times = re.findall(
        r'<td class="minor">(?:<time [^>]*title="([^"]*)">([^<]*)</time>|–)</td>\s*</tr>', page
    )
    assert [words for _, words in times] == ["in 16 hours", "", "in 4 hours"]
    assert times[0][0].startswith("Nov 24, 2026, 1:0")
    assert times[2][0].startswith("Nov 23, 2026, 1:0")


def test_many_dealers_come_a_page_at_a_time(staff: LintingClient):
    db.session.add_all(
        Dealer(name=f"Dealer {n:03}", timezone="America/Denver") for n in range(PAGE_LENGTH + 1)
    )
    db.session.commit()
    first, second = staff.get("/dealers").text, staff.get("/dealers?page=2").text
    assert names(first)[0] == "Dealer 000"
    assert len(names(first)) == PAGE_LENGTH
    assert ">Next</a>" in first
    assert names(second) == [f"Dealer {PAGE_LENGTH:03}"]
    assert ">Previous</a>" in second
    assert ">Next</a>" not in second
    assert "No more dealers" in staff.get("/dealers?page=3").text


@ON_SQLITE
def test_without_any_dealer_the_page_says_how_the_first_is_added(staff: LintingClient):
    assert "No dealers yet." in staff.get("/dealers").text


@ON_SQLITE
def test_the_list_is_for_staff_only(client: LintingClient):
    assert client.get("/dealers").status_code == 403


@ON_SQLITE
def test_deployment_problems_are_shown_first(staff: LintingClient, client: LintingClient, dealer: Dealer):
    make_alert(None, "idle", "Runs are waiting.")
    assert "Runs are waiting. Started just now." in staff.get("/dealers").text
    assert "Runs are waiting." not in client.get(f"/dealers/{dealer.id}").text


def test_a_full_page_with_every_cause_sends_at_most_eleven_queries(staff: LintingClient, six: None):
    held = ready("Held")
    make_held_clearing(make_run_item(finished(held, "partial", 1), "KX"))
    make_alert(held, "unmatched", closed_at=clock.now())
    statements: list[str] = []

    @event.listens_for(db.engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    assert len(names(staff.get("/dealers").text)) == 7
    assert len(statements) <= 11
