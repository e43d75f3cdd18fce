"""Pages while Redis is unavailable: they work, and say that background work is delayed."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.factories import make_configuration, make_manufacturer, make_supplier_code
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.core import redis_client
from webapp.models import Dealer, Run
from webapp.runs import lifecycle

pytestmark = ON_SQLITE

DELAYED = "Background jobs are delayed right now"


@pytest.fixture
def away(app: Flask) -> None:
    """A Redis that does not answer."""
    app.config["REDIS_URL"] = "redis://127.0.0.1:9/0"
    redis_client._last_probe.cache_clear()


@pytest.fixture
def ready(dealer: Dealer) -> Dealer:
    """A dealer that can queue a run."""
    make_configuration(dealer)
    make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    return dealer


def test_home_and_dialog_show_the_delay_and_a_run_can_still_be_queued(
    client: LintingClient, ready: Dealer, away: None
):
    home = f"/dealers/{ready.id}"
    for path in (home, f"{home}/runs/new"):
        assert DELAYED in client.get(path).text

    pressed = client.post(f"{home}/runs", data={})
    assert pressed.status_code == 303
    assert DELAYED in client.get(pressed.headers["Location"]).text
    active = lifecycle.active(ready.id)
    assert active is not None
    assert active.status == "queued"


def test_an_open_page_shows_the_delay_and_its_end(client: LintingClient, app: Flask, ready: Dealer):
    run = lifecycle.record(ready, "manual").run
    page = f"/dealers/{ready.id}/runs/{run.id}"
    before = client.hx("GET", page).text
    poll = before.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    assert client.hx("GET", poll).status_code == 204

    app.config["REDIS_URL"] = "redis://127.0.0.1:9/0"
    redis_client._last_probe.cache_clear()
    assert DELAYED in client.hx("GET", poll).text
    app.config["REDIS_URL"] = None
    assert client.hx("GET", poll).status_code == 204


def test_a_run_that_has_ended_waits_for_nothing(client: LintingClient, ready: Dealer, away: None):
    run: Run = lifecycle.record(ready, "manual").run
    lifecycle.cancel(run)
    assert DELAYED not in client.get(f"/dealers/{ready.id}/runs/{run.id}").text
