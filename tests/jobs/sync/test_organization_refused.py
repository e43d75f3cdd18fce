"""If the login of the organization is refused, the dealer is told what a dealer can do (R2)."""

from __future__ import annotations

import pytest
from flask import current_app

from jobs.notifications import messages
from jobs.sync import refusals
from jobs.sync.check import check_credentials
from tests.factories import make_manufacturer, make_organization, make_user, save
from tests.sync_harness import PASSWORD, USERNAME, SyncHarness
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp import alerts
from webapp.alerts.rules import refused
from webapp.core import clock, vault
from webapp.extensions import db
from webapp.lightspeed import configurations, connection
from webapp.models import AlertDelivery

pytestmark = ON_SQLITE
FIELDS = ("3PA Username", "3PA Password", "LightSpeed Configuration page", "credentials")


@pytest.fixture
def harness(harness: SyncHarness) -> SyncHarness:
    """A dealer whose organization holds a login with a wrong password."""
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    login = {"username": USERNAME, "sealed_password": vault.seal("wrong")}
    harness.dealer.organization = make_organization(**login)
    db.session.commit()
    return harness


def store(harness: SyncHarness, **values: object) -> None:
    for name, value in values.items():
        setattr(harness.configuration, name, value)
    db.session.commit()


def check(harness: SyncHarness) -> str | None:
    configurations.start_check(harness.configuration)
    return check_credentials(harness.dealer.id, harness.configuration.check_number, harness.connect)


def test_a_check_names_the_organizations_login(harness: SyncHarness) -> None:
    assert check(harness) == refusals.ORGANIZATION_REFUSED
    assert (
        "Lightspeed didn't accept your organization's login. Ask our support" in refusals.ORGANIZATION_REFUSED
    )
    assert not any(field in refusals.ORGANIZATION_REFUSED for field in FIELDS)


def test_a_run_names_it_even_if_another_reason_was_stored_before(harness: SyncHarness) -> None:
    store(harness, check_state="refused", check_reason="Lightspeed didn't accept your 3PA Username.")
    run = harness.sync()
    assert (run.status, run.reason) == ("failed", refusals.ORGANIZATION_REFUSED)
    assert run.items[0].error == refusals.ORGANIZATION_REFUSED
    db.session.expire_all()
    assert harness.configuration.check_reason == refusals.ORGANIZATION_REFUSED


def test_pages_and_the_email_name_it_and_no_field_that_does_not_exist(harness: SyncHarness) -> None:
    check(harness)
    alerts.evaluate_rules(clock.now(), (refused.RULE,))
    user = make_user("parts@northwind.example", harness.dealer)
    alert = alerts.open_of(harness.dealer.id)[0]
    email = AlertDelivery(
        alert_id=alert.id,
        dealer_id=harness.dealer.id,
        event="opened",
        channel="email",
        recipient="a@b.example",
    )
    save(email)
    text = messages.compose(email).text
    assert refusals.ORGANIZATION_REFUSED in text
    assert not any(field in text for field in FIELDS)
    current_app.test_client_class = LintingClient
    client = current_app.test_client().sign_in(user)
    for page in (f"/dealers/{harness.dealer.id}", f"/dealers/{harness.dealer.id}/lightspeed"):
        shown = client.get(page).text
        assert "accept your organization&#39;s login" in shown
        assert "Check your 3PA credentials" not in shown
        assert 'name="username"' not in shown
    assert connection.of(harness.configuration).sentence == refusals.ORGANIZATION_REFUSED


def test_what_the_dealer_can_correct_still_names_the_field(harness: SyncHarness) -> None:
    assert harness.dealer.organization
    harness.dealer.organization.sealed_password = vault.seal(PASSWORD)
    store(harness, cmf="1")
    assert "3PA Dealer ID" in (check(harness) or "")


def test_a_login_that_no_key_opens_is_the_organizations_too(harness: SyncHarness) -> None:
    assert harness.dealer.organization
    harness.dealer.organization.sealed_password = "no such seal"
    db.session.commit()
    assert check(harness) == refusals.ORGANIZATION_SEALED
    assert harness.sync().reason == refusals.ORGANIZATION_SEALED


def test_a_dealers_own_login_still_names_its_fields(harness: SyncHarness) -> None:
    harness.dealer.organization = None
    store(harness, username=USERNAME, sealed_password=vault.seal("wrong"))
    assert "3PA Username and 3PA Password" in (check(harness) or "")
