"""One run and the list of runs: filters, estimates, settings, and what to do about failures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import make_run, make_run_item
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Dealer
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
    assert "No run is like that" in page
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
    assert "1,200 parts received so far on 3 pages" in page
    assert "Still about 4 minutes, going by how long these codes took before." in page
    make_run_item(run, "NEW", "waiting")
    assert "Still" not in client.get(f"{url}/{run.id}").text


@pytest.mark.parametrize(
    ("status", "fields", "said"),
    [
        ("queued", {"queued_at": clock.now() - timedelta(minutes=4)}, "waiting for longer than usual"),
        ("running", {"heartbeat_at": clock.now() - timedelta(minutes=3)}, "Another worker takes it over"),
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
    assert "hx-swap-oob" not in news.text
    run.queued_at = run.heartbeat_at = clock.now()
    db.session.commit()
    assert said not in client.get(f"{url}/{run.id}").text


def test_a_run_says_what_it_was_started_with_and_by(client: LintingClient, url: str, dealer: Dealer):
    settings = {"quantity_column": "available", "clear_previous": False, "today": "2025-11-23"}
    slot = {"trigger": "scheduled", "slot_date": datetime(2025, 11, 23).date(), "slot_hour": 13}
    run = make_run(dealer, settings=settings, **slot)
    page = client.get(f"{url}/{run.id}").text
    assert (
        "Quantity Column Available; Clear Previous Quantities off; parts changed since Nov 23, 2024" in page
    )
    assert "Scheduled for 1:00 PM" in page


def test_a_failed_code_says_what_to_do(client: LintingClient, url: str, dealer: Dealer):
    run = make_run(dealer, "partial")
    make_run_item(run, "TR", "failed", error="Lightspeed took too long.", error_kind="transient")
    page = client.get(f"{url}/{run.id}").text
    assert "Lightspeed took too long." in page
    assert "Nothing of this code was changed. It is tried again by itself" in page
    make_run_item(run, "PU", "failed", error="Not accepted.", error_kind="account")
    assert "Look at the credentials" in client.get(f"{url}/{run.id}").text


def test_prices_that_were_left_alone_are_counted(client: LintingClient, url: str, dealer: Dealer):
    run = make_run(dealer)
    make_run_item(run, "TR", prices_left=1200)
    assert "1,200 parts kept their sale price" in client.get(f"{url}/{run.id}").text


def test_a_run_leads_to_what_it_changed_and_what_it_skipped(client: LintingClient, url: str, dealer: Dealer):
    run = make_run(dealer)
    links = (f"/dealers/{dealer.id}/inventory?run={run.id}", f"/dealers/{dealer.id}/skipped?run={run.id}")
    make_run_item(run, "TR", synced=5)
    assert not any(f'href="{link}"' in client.get(f"{url}/{run.id}").text for link in links)
    make_run_item(run, "PU", synced=5, changed=2, skipped=1)
    page = client.get(f"{url}/{run.id}").text
    for link in links:
        assert f'href="{link}"' in page
        assert client.get(link).status_code == 200
