"""One run and the list of runs: filters, estimates, settings, and what to do about failures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from tests.factories import (
    make_configuration,
    make_manufacturer,
    make_run,
    make_run_item,
    make_supplier_code,
)
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Dealer, User
from webapp.runs.run_history import PAGE_LENGTH

pytestmark = ON_SQLITE


@pytest.fixture
def url(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/runs"


def test_runs_are_narrowed_by_status(client: LintingClient, url: str, dealer: Dealer):
    failed, fine = make_run(dealer, "failed"), make_run(dealer, "succeeded")
    for page in (client.get(f"{url}?status=failed"), client.hx("GET", f"{url}?status=failed")):
        assert f'"{url}/{failed.id}"' in page.text
        assert f'"{url}/{fine.id}"' not in page.text
    assert f'"{url}/{fine.id}"' in client.get(f"{url}?status=nonsense").text


def test_days_are_local_days_of_the_dealer(client: LintingClient, url: str, dealer: Dealer):
    # Half past four in the morning in UTC is still the evening of the third in Chicago.
    evening = make_run(dealer, queued_at=datetime(2025, 7, 4, 4, 30, tzinfo=UTC))
    morning = make_run(dealer, queued_at=datetime(2025, 7, 4, 5, 30, tzinfo=UTC))
    third, fourth = "since=2025-07-03&until=2025-07-03", "since=2025-07-04&until=2025-07-04"
    assert f'"{url}/{evening.id}"' in client.get(f"{url}?{third}").text
    assert f'"{url}/{morning.id}"' not in client.get(f"{url}?{third}").text
    assert f'"{url}/{morning.id}"' in client.get(f"{url}?{fourth}").text


@pytest.mark.parametrize("day", ["x", "9999-12-31", "0001-01-01", "2025-02-30", "²"])
def test_an_invalid_day_filters_nothing(client: LintingClient, url: str, dealer: Dealer, day: str):
    run = make_run(dealer)
    page = client.get(url, query_string={"since": day, "until": day}).text
    assert f'"{url}/{run.id}"' in page


def test_without_matching_runs_all_runs_are_offered(client: LintingClient, url: str):
    page = client.get(f"{url}?status=failed&since=2025-07-03").text
    assert "No runs match" in page
    assert 'value="2025-07-03"' in page
    assert "Show all runs" in page


def test_older_pages_keep_what_was_asked_for(client: LintingClient, url: str, dealer: Dealer):
    ids = [make_run(dealer, "failed").id for _ in range(PAGE_LENGTH + 1)]
    page = client.get(f"{url}?status=failed").text
    assert f"{url}?before={ids[1]}&amp;status=failed" in page


def test_the_rest_is_estimated_from_the_last_success_of_the_same_codes(
    client: LintingClient, url: str, dealer: Dealer
):
    began = clock.now() - timedelta(days=1)
    before = make_run(dealer)
    for code, minutes in (("TR", 2), ("PU", 3)):
        make_run_item(before, code, started_at=began, finished_at=began + timedelta(minutes=minutes))
    make_run_item(make_run(dealer), "TR", "failed", started_at=began, finished_at=began)
    run = make_run(dealer, "running", heartbeat_at=clock.now())
    make_run_item(run, "TR", "waiting")
    make_run_item(run, "PU", "running", started_at=clock.now() - timedelta(minutes=1), pages=3, fetched=1200)
    page = client.get(f"{url}/{run.id}").text
    assert "1,200 parts received (3 pages)" in page
    assert "About 4 minutes left" in page
    make_run_item(run, "NEW", "waiting")
    assert " left" not in client.get(f"{url}/{run.id}").text


def test_in_a_first_run_codes_are_expected_to_take_as_long_as_those_that_are_done(
    client: LintingClient, url: str, dealer: Dealer
):
    began = clock.now() - timedelta(minutes=4)
    run = make_run(dealer, "running", heartbeat_at=clock.now())
    for code, minutes in (("TR", 1), ("PU", 3)):
        make_run_item(run, code, started_at=began, finished_at=began + timedelta(minutes=minutes))
    make_run_item(run, "KA", "running", started_at=clock.now() - timedelta(minutes=1))
    for code in ("SU", "YA"):
        make_run_item(run, code, "waiting")
    assert "About 5 minutes left" in client.get(f"{url}/{run.id}").text


@pytest.mark.parametrize(
    ("status", "fields", "said"),
    [
        ("queued", {"queued_at": clock.now() - timedelta(minutes=4)}, "taking longer than usual to start"),
        ("running", {"heartbeat_at": clock.now() - timedelta(minutes=3)}, "Another worker takes over"),
    ],
)
def test_a_run_without_a_heartbeat_says_so_and_the_poll_shows_it(
    client: LintingClient,
    url: str,
    dealer: Dealer,
    status: str,
    fields: dict[str, datetime],
    said: str,
):
    run = make_run(dealer, status, **fields)
    make_run_item(run, "TR", "waiting")
    assert said in client.get(f"{url}/{run.id}").text
    label = status.capitalize()
    news = client.hx("GET", f"{url}/{run.id}?seen={label}-0-0-0")
    assert news.status_code == 200
    assert "announcement" not in news.text
    run.queued_at = run.heartbeat_at = clock.now()
    db.session.commit()
    assert said not in client.get(f"{url}/{run.id}").text


def test_a_run_says_what_it_was_started_with_and_by(client: LintingClient, url: str, dealer: Dealer):
    settings = {"quantity_column": "available", "clear_previous": False, "today": "2025-11-23"}
    slot = {"trigger": "scheduled", "slot_date": datetime(2025, 11, 23).date(), "slot_hour": 13}
    run = make_run(dealer, settings=settings, **slot)
    page = client.get(f"{url}/{run.id}").text
    for said in ("Column: Available", "Clear Previous Quantities: off", "Parts changed since Nov 23, 2024"):
        assert said in page
    assert "Scheduled for 1:00 PM" in page


def test_a_refused_run_says_the_reason_once_and_shows_no_empty_figures(
    client: LintingClient, url: str, dealer: Dealer
):
    make_configuration(dealer)
    reason = "Lightspeed didn't accept your 3PA Password."
    run = make_run(dealer, "failed", reason=reason)
    make_run_item(run, "TR", "failed", error=reason, error_kind="account")
    make_run_item(run, "PU", "not_tried", error=f"Not tried: {reason}")
    page = client.get(f"{url}/{run.id}").text
    assert page.count("accept your 3PA Password.") == 1
    assert "No changes for this code. Check your credentials" in page
    assert ">Synced</th>" not in page
    make_run_item(run, "KA", fetched=3, synced=3)
    assert ">Synced</th>" in client.get(f"{url}/{run.id}").text
    home = client.get(f"/dealers/{dealer.id}").text
    assert home.count("accept your 3PA Password.") == 1


NOW = datetime(2026, 11, 24, 19, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("transient", {}, "No changes for this code. Retrying at 1:28 PM."),
        # The third retry run was the last one: the next scheduled one follows.
        ("transient", {"trigger": "retry", "retry_number": 3}, "Retrying at 7:"),
        ("transient", {"trigger": "command"}, "Retrying at 7:"),
        ("transient", {"finished_at": NOW - timedelta(minutes=6)}, "Retrying in a moment."),
        ("other_dealer", {}, "Retrying in the next scheduled update."),
        ("account", {}, "Check your credentials, then queue another update."),
    ],
)
def test_a_failed_code_says_when_it_is_retried_or_what_to_do(
    client: LintingClient, url: str, dealer: Dealer, user: User, kind: str, fields: dict[str, Any], said: str
):
    with time_machine.travel(NOW, tick=False):
        make_configuration(dealer)
        make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
        run = make_run(dealer, "partial", **fields)
        make_run_item(run, "TR", "failed", error="Lightspeed took too long.", error_kind=kind)
        page = client.sign_in(user).get(f"{url}/{run.id}").text
        assert "Lightspeed took too long." in page
        assert said in page
        make_run(dealer, "succeeded")
        followed = client.get(f"{url}/{run.id}").text
        assert ("Later updates retried it." in followed) is (kind == "transient")


def test_without_a_later_run_a_failed_code_waits_for_an_update_by_hand(
    client: LintingClient, url: str, dealer: Dealer
):
    make_configuration(dealer, enabled=False)
    run = make_run(dealer, "failed")
    make_run_item(run, "TR", "failed", error="Lightspeed took too long.", error_kind="transient")
    assert "Queue another update to try again." in client.get(f"{url}/{run.id}").text


@pytest.mark.parametrize(
    ("tries", "said"), [(1, "Retrying after the other codes."), (2, "Retrying in a later update")]
)
def test_a_failed_code_of_an_active_run_is_retried_once_by_it(
    client: LintingClient, url: str, dealer: Dealer, tries: int, said: str
):
    run = make_run(dealer, "running", heartbeat_at=clock.now())
    make_run_item(run, "TR", "failed", error="It took too long.", error_kind="transient", tries=tries)
    make_run_item(run, "PU", "waiting")
    page = client.get(f"{url}/{run.id}").text
    assert said in page
    assert ("Retrying soon" in page) is (tries == 1)


def test_prices_that_were_left_alone_are_counted(client: LintingClient, url: str, dealer: Dealer):
    run = make_run(dealer)
    make_run_item(run, "TR", prices_left=1200)
    assert "1,200 parts kept their sale price" in client.get(f"{url}/{run.id}").text


def test_blocked_prices_are_counted_and_linked(client: LintingClient, url: str, dealer: Dealer):
    run = make_run(dealer)
    make_run_item(run, "TR", prices_blocked=3)
    page = client.get(f"{url}/{run.id}").text
    assert "3 parts kept their sale price: guards blocked the new one" in page
    assert f'href="/dealers/{dealer.id}/blocked-prices"' in page


def test_a_run_leads_to_what_it_changed_and_what_it_skipped(client: LintingClient, url: str, dealer: Dealer):
    run = make_run(dealer)
    links = (f"/dealers/{dealer.id}/inventory?run={run.id}", f"/dealers/{dealer.id}/skipped?run={run.id}")
    make_run_item(run, "TR", synced=5)
    assert not any(f'href="{link}"' in client.get(f"{url}/{run.id}").text for link in links)
    make_run_item(run, "PU", fetched=6, synced=5, changed=2, skipped=1)
    page = client.get(f"{url}/{run.id}").text
    for link in links:
        assert f'href="{link}"' in page
        assert client.get(link).status_code == 200
