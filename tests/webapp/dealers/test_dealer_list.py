"""The staff's home: every dealer in one table, those that need attention first."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from tests.factories import (
    make_alert,
    make_configuration,
    make_dealer,
    make_manufacturer,
    make_run,
    make_run_item,
    make_supplier_code,
    make_user,
)
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.core import clock
from webapp.dealers.dealer_list import PAGE_LENGTH, SORTS
from webapp.extensions import db
from webapp.models import Dealer


def names(page: str) -> list[str]:
    """The dealers of the table in their order."""
    return re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', page)


def hours_ago(hours: float) -> datetime:
    return clock.now() - timedelta(hours=hours)


def stock(name: str, **configuration: object) -> Dealer:
    """A dealer that is enabled, connected and mapped."""
    dealer = make_dealer(name)
    make_configuration(dealer, **configuration)
    maker = make_manufacturer(f"{dealer.id:03} distributor")
    make_supplier_code(dealer, "TR", maker)
    return dealer


def finished(dealer: Dealer, status: str, hours: float, synced: int = 0, skipped: int = 0):
    run = make_run(dealer, "running")
    make_run_item(run, "TR", synced=synced, skipped=skipped)
    run.status, run.finished_at = status, hours_ago(hours)
    db.session.commit()
    return run


@pytest.fixture
def six(app: Flask) -> None:
    """A dealer for each condition, one without any and one that is disabled."""
    finished(stock("Partial"), "partial", 1, synced=10, skipped=90)
    finished(stock("Fine"), "succeeded", 1, synced=75, skipped=25)
    stale = stock("Stale")
    finished(stale, "succeeded", 14, synced=100)
    make_alert(stale, "stale")
    finished(stock("Failed"), "failed", 2)
    finished(stock("Refused", check_state="refused", check_reason="No."), "failed", 2)
    make_dealer("Off")


def test_dealers_that_need_attention_come_first_the_worst_at_the_top(staff: LintingClient, six: None):
    page = staff.get("/dealers").text
    assert names(page) == ["Refused", "Stale", "Failed", "Partial", "Fine", "Off"]
    assert "6 dealers, 4 of them need attention." in page
    for cause in ("Credentials refused", "Last run failed", "No success for too long", "Last run partial"):
        assert page.count(f">{cause}</span>") == 1


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", ["Failed", "Fine", "Off", "Partial", "Refused", "Stale"]),
        ("-name", ["Stale", "Refused", "Partial", "Off", "Fine", "Failed"]),
        ("success", ["Failed", "Off", "Partial", "Refused", "Stale", "Fine"]),
        ("-success", ["Fine", "Stale", "Failed", "Off", "Partial", "Refused"]),
        ("status", ["Failed", "Refused", "Partial", "Fine", "Stale", "Off"]),
        ("-unmatched", ["Partial", "Fine", "Stale", "Failed", "Off", "Refused"]),
        ("unmatched", ["Stale", "Fine", "Partial", "Failed", "Off", "Refused"]),
        ("connection", ["Refused", "Failed", "Fine", "Partial", "Stale", "Off"]),
        ("nonsense", ["Refused", "Stale", "Failed", "Partial", "Fine", "Off"]),
    ],
)
def test_the_table_is_sorted_as_asked(staff: LintingClient, six: None, sort: str, order: list[str]):
    for page in (staff.get(f"/dealers?sort={sort}"), staff.hx("GET", f"/dealers?sort={sort}")):
        assert names(page.text) == order


@ON_SQLITE
def test_a_heading_says_how_it_is_sorted_and_turns_it_around(staff: LintingClient, six: None):
    page = staff.get("/dealers?sort=-unmatched&matching=a").text
    assert '<th scope="col" class="amount" aria-sort="descending">' in page
    assert 'href="/dealers?matching=a&amp;sort=unmatched">Unmatched</a>' in page
    assert page.count("aria-sort") == 1
    assert all(f'<option value="{sort}"' in page for sort in SORTS)


def test_each_dealer_is_shown_with_its_last_run_and_last_success(staff: LintingClient, dealer: Dealer):
    make_configuration(dealer, check_state="refused", check_reason="No.")
    finished(dealer, "succeeded", 5, synced=7, skipped=1)
    last = finished(dealer, "failed", 1)
    number = last.id
    page = staff.get("/dealers").text
    assert "Not connected" in page
    assert f"Run {number}</a>" in page
    assert "5 hours ago" in page
    assert "12.5%" in page
    assert ">Succeeded<" not in page


@ON_SQLITE
def test_the_next_run_is_told_with_the_dealers_own_time(staff: LintingClient):
    with time_machine.travel(datetime(2026, 11, 23, 15, 0, tzinfo=UTC), tick=False):
        stock("Prairie")
        stock("Closed on Mondays", disabled_days=1)
        make_configuration(make_dealer("Not enabled"), enabled=False)
        # A session of that time: one from its future would not be taken.
        page = staff.sign_in(make_user("night@example.com")).get("/dealers?sort=name").text
    # 09:00 in Chicago: the next slot is at 13:00, with up to five minutes of delay.
    times = re.findall(r'<td data-label="Next run">(?:<time [^>]*title="([^"]*)">)?([^<]*)', page)
    assert [words for _, words in times] == ["in 16 hours", "–", "in 4 hours"]
    assert times[0][0].startswith("Nov 24, 2026, 1:0")
    assert times[2][0].startswith("Nov 23, 2026, 1:0")


def test_dealers_are_found_by_part_of_their_name_or_3pa_dealer_id(staff: LintingClient, dealer: Dealer):
    make_configuration(make_dealer("Lakeside Cycle"), cmf="76550123")
    for asked in ("LAKE", "655012"):
        for page in (staff.get(f"/dealers?matching={asked}"), staff.hx("GET", f"/dealers?matching={asked}")):
            assert names(page.text) == ["Lakeside Cycle"]
    assert "contains “100%”." in staff.get("/dealers?matching=100%25").text
    assert staff.get("/dealers?matching=%00&page=x").status_code == 200


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
    assert "There are no dealers on this page" in staff.get("/dealers?page=3").text


@ON_SQLITE
def test_without_any_dealer_the_page_says_how_the_first_is_added(staff: LintingClient):
    assert "There are no dealers yet." in staff.get("/dealers").text


@ON_SQLITE
def test_the_list_is_for_staff_alone(client: LintingClient):
    assert client.get("/dealers").status_code == 403


def test_every_open_alert_of_a_dealer_is_named_and_puts_it_first(staff: LintingClient):
    finished(stock("Fine"), "succeeded", 1)
    finished(stock("Partial"), "partial", 1)
    for name, causes in (("Jumped", ["unmatched"]), ("Failing", ["unmatched", "failing", "failing"])):
        dealer = stock(name)
        finished(dealer, "failed" if name == "Failing" else "succeeded", 1)
        for number, cause in enumerate(causes):
            make_alert(dealer, cause, subject=str(number))
    make_alert(stock("Over"), "failing", closed_at=clock.now())
    off = make_dealer("Off")
    make_configuration(off, enabled=False)
    make_alert(off, "stale")
    page = staff.get("/dealers").text
    assert names(page) == ["Failing", "Jumped", "Partial", "Over", "Fine", "Off"]
    assert page.count("Two runs failed or partial") == 1
    assert page.count("Far more parts unmatched than usual") == 2
    assert "No success for too long" not in page
    assert "3 of them need attention" in page


@ON_SQLITE
def test_deployment_problems_are_shown_first(staff: LintingClient, client: LintingClient, dealer: Dealer):
    make_alert(None, "idle", "Runs are waiting.")
    assert "Runs are waiting. It began just now." in staff.get("/dealers").text
    assert "Runs are waiting." not in client.get(f"/dealers/{dealer.id}").text
