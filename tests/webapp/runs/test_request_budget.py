"""A run's page shows the requests left this minute, from the counts of the workers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from jobs.sources.lightspeed import RateBudget
from tests.factories import make_configuration, make_organization, make_run
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.core import rate_window
from webapp.extensions import db
from webapp.models import Dealer

pytestmark = ON_SQLITE
PER_MINUTE = 5


@pytest.fixture
def send(app: Flask, redis_url: str, request: pytest.FixtureRequest) -> Callable[[str, int], None]:
    """Counts requests under a user name as a worker does."""
    # An address of its own: the window of another test is another window.
    url = f"http://127.0.0.1:9/{request.node.name}"
    app.config.update(REDIS_URL=redis_url, LIGHTSPEED_REQUESTS_PER_MINUTE=PER_MINUTE, LIGHTSPEED_API_URL=url)
    budget = RateBudget.shared(redis_url, PER_MINUTE)

    def send(username: str, count: int) -> None:
        for _ in range(count):
            budget.acquire(rate_window.login_key(url, username), lambda: None)

    return send


def page_of(client: LintingClient, dealer: Dealer, status: str = "running") -> str:
    run = make_run(dealer, status)
    return client.get(f"/dealers/{dealer.id}/runs/{run.id}").text


def test_the_requests_left_in_this_minute_are_shown_for_the_dealers_login(
    client: LintingClient, dealer: Dealer, send: Callable[[str, int], None]
):
    make_configuration(dealer, username="Prairie")
    send("prairie", 2)
    send("another login", 4)
    assert "3 of 5 requests to Lightspeed left this minute" in page_of(client, dealer)


def test_an_organizations_login_is_the_one_that_counts(
    client: LintingClient, dealer: Dealer, send: Callable[[str, int], None]
):
    dealer.organization = make_organization()
    make_configuration(dealer, username="former login")
    send("group", 1)
    assert "4 of 5 requests" in page_of(client, dealer)


def test_a_run_that_waits_for_capacity_says_so_and_a_poll_shows_it(
    client: LintingClient, dealer: Dealer, send: Callable[[str, int], None]
):
    make_configuration(dealer, username="prairie")
    page = page_of(client, dealer)
    assert "5 of 5 requests" in page
    poll = re.search(r'hx-get="([^"]+seen=[^"]*)"', page)[1].replace("&amp;", "&")  # type: ignore[index]
    assert client.hx("GET", poll).status_code == 204
    send("prairie", PER_MINUTE)
    told = client.hx("GET", poll).text
    assert "0 of 5 requests to Lightspeed left this minute" in told
    assert "The update resumes automatically." in told


@pytest.mark.parametrize("status", ["queued", "succeeded"])
def test_a_run_that_sends_nothing_does_not_mention_requests(
    client: LintingClient, dealer: Dealer, send: Callable[[str, int], None], status: str
):
    make_configuration(dealer)
    assert "requests to Lightspeed" not in page_of(client, dealer, status)


def test_while_redis_is_unavailable_the_page_does_not_show_it(
    app: Flask, client: LintingClient, dealer: Dealer
):
    app.config.update(REDIS_URL="redis://127.0.0.1:9/0", LIGHTSPEED_REQUESTS_PER_MINUTE=PER_MINUTE)
    make_configuration(dealer)
    page = page_of(client, dealer)
    assert "Downloading from Lightspeed" in page
    assert "requests to Lightspeed" not in page


def test_a_dealer_without_a_login_has_no_budget(
    client: LintingClient, dealer: Dealer, send: Callable[[str, int], None]
):
    run = make_run(dealer, "running")
    db.session.commit()
    assert "requests to Lightspeed" not in client.get(f"/dealers/{dealer.id}/runs/{run.id}").text
