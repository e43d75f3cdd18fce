"""Queue Inventory Update: confirmed, on a disabled day explicitly, and never twice (R5, R7, R8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories import make_configuration, make_manufacturer, make_run, make_supplier_code
from tests.webapp.client import ON_SQLITE, LintingClient, without_tokens
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Dealer, Run, SupplierCode, User

pytestmark = ON_SQLITE

# Three in the morning of a Monday in UTC is still Sunday evening in Chicago.
SUNDAY_EVENING = datetime(2025, 11, 24, 3, 0, tzinfo=UTC)


@pytest.fixture
def on_sunday() -> Iterator[None]:
    """To be asked for first: a session of a later day would not be believed."""
    with time_machine.travel(SUNDAY_EVENING, tick=False):
        yield


@pytest.fixture
def url(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/runs"


@pytest.fixture
def code(dealer: Dealer) -> SupplierCode:
    """A dealer that is ready to sync."""
    make_configuration(dealer)
    return make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))


def the_runs() -> list[Run]:
    db.session.rollback()
    return list(db.session.scalars(db.select(Run)))


def test_the_dialog_says_what_will_happen_and_is_a_page_too(
    client: LintingClient, url: str, dealer: Dealer, code: SupplierCode
):
    make_supplier_code(dealer, "tr", make_manufacturer("Parts Unlimited"))
    page, fragment = client.get(f"{url}/new"), client.hx("GET", f"{url}/new")
    assert without_tokens(fragment.text) in without_tokens(page.text)
    # Two mappings of one code are fetched once (R9).
    assert "Downloads 1 supplier code from Lightspeed for 2 manufacturers: TR." in page.text
    assert "This update for <strong>Prairie Powersports</strong>" in page.text
    assert "This is your first update" in page.text
    assert "Takes quantities from On Hand." in page.text
    assert "Run anyway" not in page.text


def test_the_dialog_says_what_clearing_does_and_how_long_the_last_one_took(
    client: LintingClient, url: str, dealer: Dealer, code: SupplierCode
):
    ended = clock.now()
    last = make_run(dealer, "partial", started_at=ended - timedelta(seconds=125), finished_at=ended)
    make_run(dealer, "failed")
    page = client.get(f"{url}/new").text
    assert (
        "Clear Previous Quantities is on: parts that Lightspeed no longer reports for this manufacturer"
        in page
    )
    assert f'href="{url}/{last.id}"' in page
    assert "took 2 min 5 s" in page
    make_configuration(dealer, clear_previous=False)
    assert "Clear Previous Quantities is off" in client.get(f"{url}/new").text


def test_confirming_queues_a_run_and_leads_to_it(
    client: LintingClient, url: str, code: SupplierCode, user: User
):
    response = client.post(url)
    (run,) = the_runs()
    assert (run.status, run.trigger, run.requested_by_id, run.anyway) == ("queued", "manual", user.id, False)
    assert response.status_code == 303
    assert response.location == f"{url}/{run.id}"
    assert f"Inventory update queued (run {run.id})." in client.get(response.location).text


def test_with_htmx_it_leads_there_too(client: LintingClient, url: str, code: SupplierCode):
    response = client.hx("POST", url)
    assert response.headers["HX-Redirect"] == f"{url}/{the_runs()[0].id}"


def test_without_supplier_codes_nothing_is_queued(client: LintingClient, url: str, dealer: Dealer):
    make_configuration(dealer)
    for response in (client.post(url), client.hx("POST", url)):
        assert response.status_code == 409
        assert "There are currently no supplier codes configured" in response.text
        assert "/supplier-codes/new" in response.text
    assert the_runs() == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"enabled": False}, "is turned off"),
        ({"cmf": None}, "are incomplete"),
        ({"sealed_password": None}, "are incomplete"),
    ],
)
def test_without_credentials_nothing_is_queued(
    client: LintingClient,
    url: str,
    dealer: Dealer,
    code: SupplierCode,
    fields: dict[str, object],
    said: str,
):
    make_configuration(dealer, **fields)
    response = client.post(url)
    assert response.status_code == 409
    assert said in response.text
    assert the_runs() == []


def test_a_run_that_is_active_is_shown_instead_of_queueing_a_second(
    client: LintingClient, url: str, dealer: Dealer, code: SupplierCode
):
    active = f'href="{url}/{make_run(dealer, "running").id}"'
    for response in (client.post(url), client.hx("POST", url)):
        assert response.status_code == 409
        assert "An inventory update is running" in response.text
        assert active in response.text
    assert len(the_runs()) == 1


def test_the_active_run_is_shown_without_a_request(
    client: LintingClient, url: str, dealer: Dealer, code: SupplierCode
):
    make_run(dealer, "queued")
    page = client.get(f"{url}/new").text
    assert "An inventory update is running" in page
    assert f'hx-post="{url}"' not in page


def test_on_a_disabled_day_of_the_dealers_own_week_it_must_be_asked_for_explicitly(
    on_sunday: None, client: LintingClient, url: str, dealer: Dealer, code: SupplierCode
):
    make_configuration(dealer, disabled_on=["Sunday"])
    page = client.get(f"{url}/new").text
    assert "Today is Sunday, a disabled day" in page
    assert "Run anyway" in page
    for response in (client.post(url), client.hx("POST", url)):
        assert response.status_code == 422
        assert "Sunday is a disabled day" in response.text
        assert 'href="#anyway"' in response.text
    assert the_runs() == []
    assert client.post(url, data={"anyway": "y"}).status_code == 303
    assert the_runs()[0].anyway is True


def test_another_disabled_day_changes_nothing(
    on_sunday: None, client: LintingClient, url: str, dealer: Dealer, code: SupplierCode
):
    make_configuration(dealer, disabled_on=["Monday"])
    assert client.post(url).status_code == 303
