"""A dealer's home."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from tests.factories import (
    make_alert,
    make_configuration,
    make_dealer,
    make_manufacturer,
    make_run,
    make_run_item,
    make_stocked_product,
    make_supplier_code,
)
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Dealer, User
from webapp.runs.run_chart import RUNS
from webapp.search import figures


def test_home_shows_connection_and_last_run(client: LintingClient, dealer: Dealer):
    make_configuration(dealer)
    run = make_run(dealer, "partial", reason="PU failed.")
    make_run_item(run, "TR", synced=1200, changed=1)
    page = client.get(f"/dealers/{dealer.id}").text
    for said in ("Connected", "Partial", "PU failed.", "1,200 parts synced", "1 product changed"):
        assert said in page


def test_home_of_a_new_dealer_says_what_is_missing(client: LintingClient, dealer: Dealer):
    page = client.get(f"/dealers/{dealer.id}").text
    assert "There are currently no supplier codes configured" in page
    assert "There has been no run yet." in page
    assert "is not enabled" in page


def test_the_checklist_leads_from_connecting_to_the_first_run_and_then_disappears(
    client: LintingClient, dealer: Dealer
):
    own = f"/dealers/{dealer.id}"
    page = client.get(own).text
    for step in (f'{own}/lightspeed">Connect', f'{own}/supplier-codes">Map', f'{own}/runs/new">Sync'):
        assert step in page
    make_configuration(dealer)
    make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    page = client.get(own).text
    assert page.count(">Done</span>") == 2
    assert "no supplier codes" not in page
    make_run(dealer, "failed")
    assert "Three steps" in client.get(own).text
    make_run(dealer, "succeeded")
    assert "Three steps" not in client.get(own).text


@pytest.mark.parametrize(
    ("status", "hours", "fields", "said", "alert"),
    [
        ("succeeded", 1, {}, "Current", None),
        ("partial", 1, {}, "Partly current", "only partly successful"),
        ("failed", 1, {}, "Not current", "The last run failed"),
        ("failed", 14, {"check_state": "refused"}, "Not current", "does not accept the 3PA credentials"),
        ("skipped", 14, {}, "Current", None),
        ("failed", 14, {"enabled": False}, "Not updated", None),
    ],
)
def test_home_says_whether_the_stock_is_current_with_one_alert_for_each_cause(
    client: LintingClient,
    dealer: Dealer,
    status: str,
    hours: int,
    fields: dict[str, Any],
    said: str,
    alert: str | None,
):
    make_configuration(dealer, **fields)
    make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    make_run(dealer, "succeeded", finished_at=clock.now() - timedelta(hours=20))
    make_run(dealer, status, finished_at=clock.now() - timedelta(hours=hours))
    page = client.get(f"/dealers/{dealer.id}").text
    assert f">{said}</span>" in page
    alerts = re.findall(r'<div class="alert alert-(?:danger|warning)" role="alert">([^<]*)', page)
    assert len(alerts) == (alert is not None)
    assert all(alert in one for one in alerts if alert)


BANNER = r'<div class="alert alert-(danger|warning)" role="alert">([^<]*)'


def test_each_cause_of_open_alerts_has_one_banner_the_worst_first(client: LintingClient, dealer: Dealer):
    make_configuration(dealer)
    code = make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    run = make_run(dealer, "partial", finished_at=clock.now() - timedelta(hours=20))
    make_alert(dealer, "unmatched", "Run 1 could not match 40%.")
    make_alert(dealer, "failing", "TR fails.", subject="TR")
    make_alert(dealer, "failing", "PU fails.", subject="PU")
    make_alert(dealer, "stale", "No run has succeeded for more than 13 hours.")
    make_alert(dealer, "unmatched", "Over.", closed_at=clock.now(), subject="old")
    make_alert(make_dealer("Lakeside Cycle"), "refused", "Not ours.")
    page = client.get(f"/dealers/{dealer.id}").text
    assert [(tone, said.strip().split(" It began")[0]) for tone, said in re.findall(BANNER, page)] == [
        ("danger", "PU fails. TR fails."),
        ("danger", "No run has succeeded for more than 13 hours."),
        ("warning", "Run 1 could not match 40%."),
    ]
    for path in (f"runs/{run.id}", "runs/new", "skipped"):
        assert f'class="alert-link" href="/dealers/{dealer.id}/{path}"' in page
    assert ">Not current</span>" in page
    assert code.code == "TR"


def test_an_alert_settled_by_a_success_or_a_check_is_hidden_until_the_next_evaluation(
    client: LintingClient, dealer: Dealer
):
    make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    opened = clock.now() - timedelta(minutes=5)
    make_configuration(dealer, checked_at=opened - timedelta(hours=1))
    for cause in ("refused", "failing", "stale"):
        make_alert(dealer, cause, f"{cause} it is.", opened_at=opened)
    make_run(dealer, "failed", finished_at=opened - timedelta(hours=1))
    page = client.get(f"/dealers/{dealer.id}").text
    assert [said.split()[0] for _, said in re.findall(BANNER, page)] == ["refused", "failing", "stale"]
    make_run(dealer, "succeeded")
    make_configuration(dealer)
    assert re.findall(BANNER, client.get(f"/dealers/{dealer.id}").text) == []


@ON_SQLITE
def test_banners_disappear_by_themselves(client: LintingClient, dealer: Dealer):
    make_configuration(dealer)
    make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    alert = make_alert(dealer, "unmatched", "Far more than usual.")
    page = client.get(f"/dealers/{dealer.id}").text
    polled = re.search(r'hx-get="([^"]+seen=[^"]+)" hx-trigger="every 30s"', page)
    assert polled is not None
    assert client.hx("GET", polled[1]).status_code == 204
    alert.closed_at = clock.now()
    db.session.commit()
    news = client.hx("GET", polled[1])
    assert "Far more than usual." not in news.text
    assert "seen=" not in news.text


@ON_SQLITE
def test_a_cause_that_an_older_version_knew_still_has_a_banner(client: LintingClient, dealer: Dealer):
    make_alert(dealer, "forgotten", "Something odd.")
    page = client.get(f"/dealers/{dealer.id}").text
    assert "Something odd." in page
    assert f'href="/dealers/{dealer.id}/alerts">See all alerts</a>' in page


def test_the_shelf_is_counted_by_catalog(client: LintingClient, dealer: Dealer):
    code = make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    for mpn, quantity in (("A", 1200), ("B", 34), ("C", 0)):
        make_stocked_product(code, mpn, quantity)
    figures.refresh(db.session(), dealer.id, figures.OF_DEALER)
    db.session.commit()
    cells = re.findall(r'<td class="amount">([^<]*)</td>', client.get(f"/dealers/{dealer.id}").text)
    assert cells == ["2", "1,234"]


@ON_SQLITE
def test_the_next_run_is_in_the_dealers_own_time(client: LintingClient, dealer: Dealer, user: User):
    make_configuration(dealer)
    make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    with time_machine.travel(datetime(2026, 11, 23, 15, 0, tzinfo=UTC), tick=False):
        # A session of that time: one from its future would not be taken.
        page = client.sign_in(user).get(f"/dealers/{dealer.id}").text
    client.sign_in(user)
    assert re.search(r">Nov 23, 2026, 1:0\d PM CST</time> \(.*in 4 hours", page)
    make_configuration(dealer, disabled_days=127)
    assert "none is scheduled" in client.get(f"/dealers/{dealer.id}").text


def test_the_chart_shows_the_last_thirty_runs_and_has_the_same_data_in_a_table(
    client: LintingClient, dealer: Dealer
):
    for number in range(RUNS + 2):
        run = make_run(dealer, "succeeded" if number % 2 else "partial")
        make_run_item(run, "TR", synced=number * 10, skipped=number)
        make_run_item(run, "PU", synced=0, skipped=1)
    make_run(dealer, "cancelled")
    page = client.get(f"/dealers/{dealer.id}").text
    assert page.count('<rect class="synced"') == RUNS
    rows = re.findall(r'<th scope="row">Run \d+</th><td>[^<]+</td><td>(\d+)</td><td>(\d+)</td>', page)
    assert len(rows) == RUNS
    assert rows[0] == ("310", "32")
    assert 'y="0.0"' in page


@ON_SQLITE
def test_a_poll_without_changes_gets_no_content(client: LintingClient, dealer: Dealer):
    own = f"/dealers/{dealer.id}"
    run = make_run(dealer, "running")
    polled = re.search(r'hx-get="([^"]+seen=[^"]+)"', client.get(own).text)
    assert polled is not None
    assert client.hx("GET", polled[1]).status_code == 204
    run.status, run.finished_at = "succeeded", clock.now()
    db.session.commit()
    news = client.hx("GET", polled[1])
    assert news.status_code == 200
    assert "seen=" not in news.text
