"""Staff add dealers, change their details, close them and open them again."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_security import hash_password
from sqlalchemy import select

from tests.factories import (
    PASSWORD,
    make_configuration,
    make_dealer,
    make_manufacturer,
    make_organization,
    make_run,
    make_stocked_product,
    make_supplier_code,
    make_user,
)
from tests.webapp.client import LintingClient
from webapp.accounts import sessions
from webapp.core import clock
from webapp.core.errors import FieldRefused
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import AuditEntry, Configuration, Dealer, Run, ShelfStock, User
from webapp.runs import lifecycle


@pytest.fixture
def details(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/details"


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def stored(dealer: Dealer) -> Dealer:
    return db.session.get_one(Dealer, dealer.id, populate_existing=True)


def test_a_dealer_is_added(staff: LintingClient) -> None:
    group = make_organization()
    form = {"name": "Lakeside", "timezone": "America/Denver", "organization": str(group.id)}
    added = staff.post("/dealers/new", data=form)
    dealer = db.session.scalars(select(Dealer)).one()
    assert (added.status_code, added.location) == (303, f"/dealers/{dealer.id}/details")
    assert (dealer.name, dealer.timezone, dealer.organization_id) == ("Lakeside", "America/Denver", group.id)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Name is missing"),
        ("timezone", "Mars/Base", "Time zone not found"),
        ("organization", "4711", "Not a valid choice"),
    ],
)
def test_details_that_are_wrong_change_nothing(
    staff: LintingClient, dealer: Dealer, details: str, field: str, value: str, said: str
) -> None:
    form = {"name": "Other", "timezone": "UTC", "organization": "0", field: value}
    answer = staff.hx("POST", details, data=form)
    assert answer.status_code == 422
    assert said in answer.text
    assert (stored(dealer).name, dealer.timezone) == ("Prairie Powersports", "America/Chicago")


def test_details_are_changed_and_audited(staff: LintingClient, dealer: Dealer, details: str) -> None:
    staff.post(details, data={"name": "Prairie", "timezone": "America/Denver", "organization": "0"})
    assert (stored(dealer).name, dealer.timezone) == ("Prairie", "America/Denver")
    entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.dealer_id, entry.actor) == ("dealer.changed", dealer.id, "staff")
    assert entry.before == {"name": "Prairie Powersports", "timezone": "America/Chicago"}
    staff.post(details, data={"name": "Prairie", "timezone": "America/Denver", "organization": "0"})
    assert len(actions()) == 1


def test_a_dealer_that_moves_to_another_login_is_checked_again(
    staff: LintingClient, dealer: Dealer, details: str
) -> None:
    number = make_configuration(dealer).check_number
    form = {"name": dealer.name, "timezone": dealer.timezone}
    with_login, without = make_organization(), make_dealer("x").organization
    assert without is None
    staff.post(details, data={**form, "organization": str(with_login.id)})
    moved = db.session.get_one(Configuration, dealer.id, populate_existing=True)
    assert (moved.check_state, moved.check_number) == ("checking", number + 1)
    login = configurations.login_of(moved)
    assert login is not None
    assert login.username == "group"
    staff.post(details, data={**form, "organization": "0"})
    back = db.session.get_one(Configuration, dealer.id, populate_existing=True)
    assert back.check_number == number + 2
    login = configurations.login_of(back)
    assert login is not None
    assert login.username == "dealer-login"


@pytest.fixture
def closed(staff: LintingClient, dealer: Dealer, details: str) -> Dealer:
    """A closed dealer that had stock, a code and 3PA switched on."""
    make_configuration(dealer)
    make_stocked_product(make_supplier_code(dealer, "TR", make_manufacturer("Tucker Rocky")), "P-1")
    assert staff.post(f"{details}/closure").status_code == 303
    return stored(dealer)


def test_a_closed_dealers_users_are_signed_out_and_stay_out(
    app: Flask, staff: LintingClient, dealer: Dealer, details: str
) -> None:
    user = make_user("parts@prairie.example", dealer, hash_password(PASSWORD))
    browser = app.test_client().sign_in(user)
    assert browser.get(f"/dealers/{dealer.id}").status_code == 200
    staff.post(f"{details}/closure")
    assert browser.get(f"/dealers/{dealer.id}").status_code == 302
    assert sessions.of(db.session.get_one(User, user.id)) == []
    form = {"email": "parts@prairie.example", "password": PASSWORD}
    assert app.test_client().post("/login", data=form).status_code == 422
    staff.post(f"{details}/reopening")
    assert app.test_client().post("/login", data=form).status_code == 302


def test_a_session_that_starts_while_the_dealer_is_closed_is_invalid(app: Flask, closed: Dealer) -> None:
    browser = app.test_client().sign_in(make_user("late@prairie.example", closed))
    assert browser.get(f"/dealers/{closed.id}").status_code == 302


def test_a_closed_dealer_has_no_runs_and_keeps_its_data(staff: LintingClient, closed: Dealer) -> None:
    assert not configurations.of(closed).enabled
    assert staff.post(f"/dealers/{closed.id}/runs").status_code == 409
    assert db.session.scalars(select(Run)).all() == []
    assert db.session.scalars(select(ShelfStock.quantity)).all() == [3]
    assert "(closed)" in staff.get(f"/dealers/{closed.id}").text


def test_a_closed_dealer_cannot_be_enabled(closed: Dealer) -> None:
    with pytest.raises(FieldRefused, match="is closed"):
        configurations.save_credentials(configurations.of(closed), enabled=True)
    assert not configurations.of(closed).enabled


def test_closing_ends_the_active_run(staff: LintingClient, dealer: Dealer, details: str) -> None:
    queued = make_run(dealer, "queued")
    staff.post(f"{details}/closure")
    assert db.session.get_one(Run, queued.id, populate_existing=True).status == "cancelled"
    running = make_run(make_dealer("Other"), "running", heartbeat_at=clock.now(), attempt=1)
    staff.post(f"/dealers/{running.dealer_id}/details/closure")
    assert db.session.get_one(Run, running.id, populate_existing=True).cancel_requested_at is not None


def test_a_reopened_dealer_is_as_before_and_checked_again(
    staff: LintingClient, closed: Dealer, details: str
) -> None:
    staff.post(f"{details}/reopening")
    configuration = db.session.get_one(Configuration, closed.id, populate_existing=True)
    assert (configuration.enabled, configuration.check_state) == (True, "checking")
    assert stored(closed).closed_at is None
    assert [action for action in actions() if action.startswith("dealer.")] == [
        "dealer.closed",
        "dealer.reopened",
    ]
    assert lifecycle.active(closed.id) is None


def test_a_dealer_that_was_off_is_off_when_reopened(
    staff: LintingClient, dealer: Dealer, details: str
) -> None:
    staff.post(f"{details}/closure")
    staff.post(f"{details}/reopening")
    assert not db.session.get_one(Configuration, dealer.id, populate_existing=True).enabled


def test_closing_and_reopening_twice_is_refused(staff: LintingClient, dealer: Dealer, details: str) -> None:
    staff.post(f"{details}/closure")
    again = staff.hx("POST", f"{details}/closure")
    assert (again.status_code, "is already closed" in again.text) == (409, True)
    staff.post(f"{details}/reopening")
    assert staff.hx("POST", f"{details}/reopening").status_code == 409
