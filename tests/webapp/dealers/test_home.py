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
    make_held_clearing,
    make_manufacturer,
    make_run,
    make_run_item,
    make_stocked_product,
    make_stored_part,
    make_supplier_code,
)
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Dealer, User
from webapp.runs.run_chart import RUNS
from webapp.search import figures

STEPS = "Get your inventory online in 3 steps"


def test_home_shows_the_last_run(client: LintingClient, dealer: Dealer):
    make_configuration(dealer)
    run = make_run(dealer, "partial", reason="PU failed.")
    make_run_item(run, "TR", fetched=1500, synced=1200, skipped=300, changed=1)
    page = client.get(f"/dealers/{dealer.id}").text
    for said in ("Partly current", "1 problem", "PU failed.", "1,200 of 1,500 parts", "1 product<"):
        assert said in page


def test_home_of_a_new_dealer_says_what_is_missing(client: LintingClient, dealer: Dealer):
    page = client.get(f"/dealers/{dealer.id}").text
    assert "There are currently no supplier codes configured" in page
    assert "Nothing has synced yet</p>" in page
    assert next_step(page) == ("Connect to Lightspeed", f"/dealers/{dealer.id}/lightspeed")


def next_step(page: str) -> tuple[str, str]:
    """The one next step, and the address of its button, which is the page's only primary one."""
    assert page.count("btn-primary") <= 1
    section = page.partition('id="step-heading"')[2].partition("</section>")[0]
    label = re.search(r'<p class="lead">([^<]+)</p>', section)
    link = re.search(r'id="next-step" href="([^"]+)"', section)
    assert label
    return label[1], link[1] if link else ""


def test_the_checklist_leads_from_connecting_to_the_first_run_and_then_disappears(
    client: LintingClient, dealer: Dealer
):
    own = f"/dealers/{dealer.id}"
    page = client.get(own).text
    for step in (f'{own}/lightspeed">Connect', f'{own}/setup">Map', f'{own}/runs/new">Sync'):
        assert step in page
    assert "Setup isn’t finished" in page
    assert "3 of 3 steps left." in page
    make_configuration(dealer)
    make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    page = client.get(own).text
    assert len(re.findall(r"</svg>Done</span>", page)) == 2
    assert next_step(page) == ("Run your first update", f"{own}/runs/new")
    assert "no supplier codes" not in page
    make_run(dealer, "failed")
    assert STEPS in client.get(own).text
    make_run(dealer, "succeeded")
    assert STEPS not in client.get(own).text


@pytest.mark.parametrize(
    ("status", "hours", "fields", "said", "alert"),
    [
        ("succeeded", 1, {}, "Current", None),
        ("partial", 1, {}, "Partly current", "Some supplier codes failed"),
        ("failed", 1, {}, "Not current", "The last update failed"),
        ("failed", 14, {"check_state": "refused"}, "Not current", "accept your 3PA credentials"),
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
    assert f"</svg>{said}</p>" in page
    alerts = re.findall(BANNER, page)
    assert len(alerts) == (alert is not None)
    assert all(alert in one for _, one in alerts if alert)
    assert ("No problems" in page) is (alert is None)


BANNER = r'<p data-cause="(\w+)">([^<]*)'


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
    assert [(cause, said.strip()) for cause, said in re.findall(BANNER, page)] == [
        ("failing", "PU fails.\nTR fails."),
        ("stale", "No run has succeeded for more than 13 hours."),
        ("unmatched", "Run 1 could not match 40%."),
    ]
    assert "3 problems" in page
    problems = page.partition('id="problems-heading"')[2].partition("</section>")[0]
    for path in (f"runs/{run.id}", "skipped"):
        assert f'href="/dealers/{dealer.id}/{path}"' in problems
    # The next step has the button for this one.
    assert next_step(page) == ("Update your stock", f"/dealers/{dealer.id}/runs/new")
    assert "runs/new" not in problems
    assert "</svg>Not current</p>" in page
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
    assert [cause for cause, _ in re.findall(BANNER, page)] == ["refused", "failing", "stale"]
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
    page = client.get(f"/dealers/{dealer.id}").text
    assert re.findall(r'<td class="num second" data-label="(?:Products|Units)">([^<]*)</td>', page) == [
        "2",
        "1,234",
    ]
    assert "2 products, 1,234 units" in page


@ON_SQLITE
def test_the_next_run_is_in_the_dealers_own_time(client: LintingClient, dealer: Dealer, user: User):
    make_configuration(dealer)
    make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    with time_machine.travel(datetime(2026, 11, 23, 15, 0, tzinfo=UTC), tick=False):
        # A session of that time: one from its future would not be taken.
        page = client.sign_in(user).get(f"/dealers/{dealer.id}").text
    client.sign_in(user)
    assert re.search(r'title="Nov 23, 2026, 1:0\d PM CST">at 1:0\d PM</time>, in 4 hours', page)
    make_configuration(dealer, disabled_days=127)
    page = client.get(f"/dealers/{dealer.id}").text
    assert "No update is scheduled." in page
    assert re.search(r"Updates are off on \w+days\.", page)


def test_the_chart_shows_the_last_thirty_runs_and_has_the_same_data_in_a_table(
    client: LintingClient, dealer: Dealer
):
    for number in range(RUNS + 2):
        run = make_run(dealer, "succeeded" if number % 2 else "partial")
        make_run_item(run, "TR", synced=number * 10, skipped=number)
        make_run_item(run, "PU", synced=0, skipped=1)
    make_run(dealer, "cancelled")
    page = client.get(f"/dealers/{dealer.id}").text
    bars = re.findall(r'<a[^>]* href="/dealers/\d+/runs/(\d+)" aria-label="Run \d+, [^"]+: ([^"]+)"', page)
    assert len(bars) == RUNS
    assert bars[-1] == (str(run.id), "310 synced, 32 skipped")
    rows = re.findall(r'<td class="num second" data-label="(?:Synced|Skipped)">(\d+)</td>', page)
    assert len(rows) == 2 * RUNS
    assert rows[:2] == ["310", "32"]


def test_the_chart_of_a_single_run_is_one_bar(client: LintingClient, dealer: Dealer):
    make_run_item(make_run(dealer), "TR", fetched=10, synced=9, skipped=1)
    page = client.get(f"/dealers/{dealer.id}").text
    assert "Parts in the last run<" in page
    assert page.count('<rect class="hit"') == 1


@ON_SQLITE
def test_a_skipped_run_is_named_beside_the_last_one_that_ran(client: LintingClient, dealer: Dealer):
    make_configuration(dealer)
    make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    missed = make_run(dealer, "skipped", reason="Missed: our scheduler was down.")
    page = client.get(f"/dealers/{dealer.id}").text
    assert "So far" in page
    run = make_run(dealer, "succeeded")
    make_run_item(run, "TR", fetched=12, synced=11, skipped=1)
    for number in range(2):
        missed = make_run(dealer, "skipped", reason=f"Missed: {number}.")
    page = client.get(f"/dealers/{dealer.id}").text
    card = page.partition('id="last-run-heading"')[2].partition("</section>")[0]
    assert "Succeeded" in card
    assert "11 of 12 parts" in card
    assert f'Since then, <a href="/dealers/{dealer.id}/runs/{missed.id}">run {missed.id}</a> was' in card
    assert "Missed: 1." in card
    assert next_step(page) == ("Review skipped parts", f"/dealers/{dealer.id}/skipped")


@pytest.mark.parametrize(("state", "run_status"), [("held", "partial"), ("kept", "succeeded")])
def test_home_reflects_a_held_clearing_and_the_decision(
    client: LintingClient, dealer: Dealer, state: str, run_status: str
):
    make_configuration(dealer)
    make_supplier_code(dealer, "KA", make_manufacturer("Kawasaki"))
    run = make_run(dealer, "partial")
    held = make_held_clearing(make_run_item(run, "KA"), 1920, 2014)
    run.reason = f"On hold for your approval: {held.sentence}"
    # The alert is closed by its next evaluation only.
    make_alert(dealer, "held", held.sentence, subject="KA")
    own = f"/dealers/{dealer.id}"
    if state == "held":
        page = client.get(own).text
        for said in ("Partly current", "1 thing to decide", "KA on hold; everything else is up to date."):
            assert said in page
        assert [cause for cause, _ in re.findall(BANNER, page)] == ["held"]
        assert page.count("1,920 of 2,014 products would go to zero.") == 1
        assert next_step(page) == ("Decide about KA", f"{own}/runs/{run.id}")
        return
    client.post(f"{own}/runs/{run.id}/held-clearings/{held.id}", data={"decision": "keep"})
    page = client.get(own).text
    for said in ("</svg>Current</p>", "No problems", "Succeeded, quantities kept", "Nothing to do"):
        assert said in page


@ON_SQLITE
def test_home_shows_the_progress_of_a_running_update_also_of_the_first_one(
    client: LintingClient, dealer: Dealer
):
    make_configuration(dealer)
    make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    run = make_run(dealer, "running", heartbeat_at=clock.now())
    began = clock.now() - timedelta(minutes=2)
    make_run_item(run, "TR", started_at=began, finished_at=clock.now(), fetched=900)
    item = make_run_item(run, "PU", "waiting")
    own = f"/dealers/{dealer.id}"
    page = client.get(own).text
    for said in (
        "1 of 2 supplier codes done",
        "About 2 minutes left",
        "Running now.",
        "Reload to see progress",
    ):
        assert said in page
    assert next_step(page) == ("Wait for the update", f"{own}/runs/{run.id}")
    assert "btn-primary" not in page
    item.status, item.fetched, item.started_at = "running", 500, clock.now()
    db.session.commit()
    polled = re.search(r'hx-get="([^"]+seen=[^"]+)" hx-trigger="every 2s"', page)
    assert polled is not None
    assert "1,400 parts received" in client.hx("GET", polled[1]).text


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


@ON_SQLITE
def test_home_and_the_run_say_how_old_the_data_is(client: LintingClient, dealer: Dealer):
    make_configuration(dealer)
    make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    own, gathered = f"/dealers/{dealer.id}", clock.now() - timedelta(minutes=38)
    run = make_run(dealer)
    dates = {"gathered_at": gathered, "gathered_from": gathered, "finished_at": clock.now()}
    item = make_run_item(run, "TR", fetched=9, synced=9, **dates)
    assert "Lightspeed data" not in client.get(own).text
    make_stored_part(item, "TR-1", quantity=1)
    assert "with Lightspeed data that is now 38 minutes old." in client.get(own).text
    assert "Lightspeed’s data was 38 minutes old." in client.get(f"{own}/runs/{run.id}").text
