"""Section "3PA/Data Warehouse": saving credentials, and what becomes of their validation (R2, R3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.factories import make_configuration, make_organization
from tests.webapp.client import ON_SQLITE, LintingClient
from tests.webapp.lightspeed.configuration_page import stored, version
from webapp.core import clock, vault
from webapp.extensions import db
from webapp.lightspeed.connection import CHECK_TIMEOUT_SECONDS
from webapp.models import Configuration, Dealer

pytestmark = ON_SQLITE

CREDENTIALS = {"enabled": "y", "username": "login", "password": "s3cret-value", "cmf": "123456"}


@pytest.fixture
def url(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/lightspeed"


def test_saved_credentials_are_kept_and_checked(client: LintingClient, url: str, dealer: Dealer):
    response = client.post(f"{url}/credentials", data=CREDENTIALS)
    assert response.status_code == 303
    assert response.location == url
    row = stored(dealer)
    assert (row.enabled, row.username, row.cmf) == (True, "login", "123456")
    assert vault.unseal(row.sealed_password or "") == "s3cret-value"
    assert row.check_state == "checking"
    assert "Checking your saved credentials" in client.get(url).text


def test_with_htmx_the_section_comes_back_with_the_alerts_and_the_new_version(
    client: LintingClient, url: str, dealer: Dealer
):
    response = client.hx("POST", f"{url}/credentials", data=CREDENTIALS)
    assert response.status_code == 200
    assert response.headers["HX-Trigger"] == "configuration-changed"
    # Whether the credentials work is said once, beside the button: no "saved" above a refusal.
    assert "settings saved" not in response.text
    assert 'hx-swap-oob="innerHTML:.alerts"' in response.text
    assert 'hx-swap-oob="outerHTML:.configuration-version"' in response.text
    assert version(response.text) == {str(stored(dealer).version)}
    assert "Quantity Column" not in response.text


def test_the_password_is_in_no_response(client: LintingClient, url: str, dealer: Dealer):
    answers = [
        client.hx("POST", f"{url}/credentials", data=CREDENTIALS),
        client.post(f"{url}/credentials", data=CREDENTIALS),
        client.post(f"{url}/credentials", data=CREDENTIALS | {"cmf": "letters"}),
        client.hx("POST", f"{url}/credentials", data=CREDENTIALS | {"version": "999"}),
        client.get(url),
    ]
    assert [answer.status_code for answer in answers] == [200, 303, 422, 409, 200]
    for answer in answers:
        assert "s3cret-value" not in answer.text
        assert (stored(dealer).sealed_password or "-") not in answer.text
    assert "Set on " in answers[-1].text


def test_an_empty_password_keeps_the_stored_one(client: LintingClient, url: str, dealer: Dealer):
    make_configuration(dealer)
    client.post(f"{url}/credentials", data=CREDENTIALS | {"password": ""})
    assert stored(dealer).username == "login"
    assert vault.unseal(stored(dealer).sealed_password or "") == "hunter2"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("cmf", "12x", "3PA Dealer ID must be digits only"),
        ("cmf", "1" * 21, "3PA Dealer ID is longer than 20 characters"),
        ("username", "a\x00b", "3PA Username has a character that can&#39;t be printed"),
        ("username", "a" * 201, "3PA Username is longer than 200 characters"),
        ("password", "a\x00b", "3PA Password has a character that can&#39;t be printed"),
    ],
)
def test_a_bad_value_is_reported_at_its_field_and_changes_nothing(
    client: LintingClient, url: str, dealer: Dealer, field: str, value: str, said: str
):
    make_configuration(dealer)
    for response in (
        client.post(f"{url}/credentials", data=CREDENTIALS | {field: value}),
        client.hx("POST", f"{url}/credentials", data=CREDENTIALS | {field: value}),
    ):
        assert response.status_code == 422
        assert said in response.text
        assert f'href="#{field}"' in response.text
        assert f'id="{field}-error"' in response.text
        assert response.text.index("error-summary") < response.text.index(
            '<form method="post" action="/dealers'
        )
    assert stored(dealer).username == "dealer-login"
    assert stored(dealer).cmf == "76014846"


def test_where_the_organization_holds_the_credentials_they_are_neither_shown_nor_accepted(
    client: LintingClient, url: str, dealer: Dealer
):
    dealer.organization_id = make_organization().id
    db.session.commit()
    page = client.get(url).text
    assert "Big Sky Group manages the 3PA username and password" in page
    assert "3PA Username" not in page
    assert 'name="password"' not in page
    refused = client.post(f"{url}/credentials", data=CREDENTIALS)
    assert refused.status_code == 422
    assert "can&#39;t be changed: Big Sky Group manages it" in refused.text
    assert db.session.scalar(db.select(Configuration)) is None
    client.post(f"{url}/credentials", data={"enabled": "y", "cmf": "123456"})
    row = stored(dealer)
    assert (row.cmf, row.username, row.check_state) == ("123456", None, "checking")


def test_while_checking_the_page_asks_again_and_then_stops(client: LintingClient, url: str, dealer: Dealer):
    poll = f'hx-get="{url}/connection" hx-trigger="every 2s"'
    make_configuration(dealer, check_state="checking")
    assert poll in client.get(url).text
    assert client.hx("GET", f"{url}/connection").status_code == 204
    make_configuration(dealer, check_state="refused", check_reason="Lightspeed did not accept the password.")
    part = client.hx("GET", f"{url}/connection")
    assert "Lightspeed did not accept the password." in part.text
    assert "every 2s" not in part.text
    make_configuration(dealer, check_state="connected", check_reason=None)
    assert "Connected" in client.hx("GET", f"{url}/connection").text
    assert poll not in client.get(url).text


def test_waiting_for_an_unanswered_check_ends(client: LintingClient, url: str, dealer: Dealer):
    long_ago = clock.now() - timedelta(seconds=CHECK_TIMEOUT_SECONDS + 1)
    make_configuration(dealer, check_state="checking", checked_at=long_ago)
    part = client.hx("GET", f"{url}/connection")
    assert part.status_code == 200
    assert "No response yet" in part.text
    assert "every 2s" not in part.text
    assert "Check again" in part.text


def test_the_credentials_can_be_checked_again(client: LintingClient, url: str, dealer: Dealer):
    before = make_configuration(dealer, check_state="refused", check_reason="No.").check_number
    assert "Checking" in client.hx("POST", f"{url}/check").text
    assert client.post(f"{url}/check").location == url
    assert (stored(dealer).check_state, stored(dealer).check_number) == ("checking", before + 2)


def test_missing_credentials_are_named(client: LintingClient, url: str, dealer: Dealer):
    client.post(f"{url}/credentials", data={"enabled": "y", "username": "login"})
    assert "Missing: 3PA Password, 3PA Dealer ID." in client.get(url).text


def test_of_two_users_the_second_gets_a_conflict_and_loses_nothing(
    client: LintingClient, url: str, dealer: Dealer
):
    make_configuration(dealer)
    (seen,) = version(client.get(url).text)
    client.post(f"{url}/credentials", data=CREDENTIALS | {"username": "first", "version": seen})
    second = CREDENTIALS | {"username": "second", "version": seen}
    for answer in (
        client.post(f"{url}/credentials", data=second),
        client.hx("POST", f"{url}/credentials", data=second),
    ):
        assert answer.status_code == 409
        assert "You changed these settings in another tab" in answer.text
        assert "3PA Username “first”" in answer.text
        assert 'value="second"' in answer.text
    assert stored(dealer).username == "first"
    (now,) = version(answer.text)
    assert client.hx("POST", f"{url}/credentials", data=second | {"version": now}).status_code == 200
    assert stored(dealer).username == "second"
