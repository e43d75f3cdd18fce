"""Staff manage organizations: names, and the login that all dealers of one use."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import make_configuration, make_dealer, make_organization
from tests.webapp.client import LintingClient
from webapp.core import queues, vault
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import AuditEntry, Configuration, Dealer, Organization


@pytest.fixture
def group(app: Flask) -> Organization:
    return make_organization()


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """The validations that were queued, as (dealer, number)."""
    queued: list[tuple[int, ...]] = []
    monkeypatch.setattr(queues, "enqueue_all", lambda _queue, _task, jobs, **_: queued.extend(jobs.values()))
    return queued


def member(group: Organization, name: str, **fields: object) -> Dealer:
    dealer = make_dealer(name, organization=group)
    make_configuration(dealer, **{"username": None, "sealed_password": None, **fields})
    return dealer


def configuration(dealer: Dealer) -> Configuration:
    db.session.expire_all()
    return db.session.get_one(Configuration, dealer.id)


def test_an_organization_is_added_and_renamed(staff: LintingClient) -> None:
    assert "No organizations yet" in staff.get("/organizations").text
    added = staff.post("/organizations", data={"name": " Big Sky Group "})
    assert (added.status_code, added.location) == (303, "/organizations/1")
    staff.post("/organizations/1", data={"name": "Bigger Sky"})
    assert "Bigger Sky" in staff.get("/organizations?matching=SKY").text
    assert "No organizations match" in staff.get("/organizations?matching=lake").text
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "organization.renamed")).one()
    assert (entry.before, entry.after) == ({"name": "Big Sky Group"}, {"name": "Bigger Sky"})


@pytest.mark.parametrize(("name", "said"), [(" ", "Name is missing"), ("x" * 201, "longer than 200")])
def test_a_name_that_cannot_be_stored_is_refused(staff: LintingClient, name: str, said: str) -> None:
    answer = staff.hx("POST", "/organizations", data={"name": name})
    assert answer.status_code == 422
    assert said in answer.text
    assert db.session.scalars(select(Organization)).all() == []


def test_a_changed_login_is_stored_sealed_and_checked_for_every_dealer_that_uses_it(
    staff: LintingClient, group: Organization, checks: list[tuple[int, ...]]
) -> None:
    connected = member(group, "A", check_state="refused", check_reason="old password", check_number=4)
    off = member(group, "B", enabled=False)
    without_cmf = member(group, "C", cmf=None)
    outsider = make_dealer("D")
    make_configuration(outsider, check_number=7)
    answer = staff.post(f"/organizations/{group.id}/login", data={"username": "new", "password": "pass-2"})
    assert answer.status_code == 303
    db.session.expire_all()
    assert (group.username, vault.unseal(group.sealed_password or "")) == ("new", "pass-2")
    assert group.password_set_at is not None
    assert checks == [(connected.id, 5)]
    states = [configuration(dealer).check_state for dealer in (connected, off, without_cmf, outsider)]
    assert states == ["checking", "unchecked", "unchecked", "connected"]
    assert configuration(outsider).check_number == 7
    login = configurations.login_of(configuration(connected))
    assert login is not None
    assert (login.username, login.password) == ("new", "pass-2")


def test_the_password_is_never_shown_or_audited(staff: LintingClient, group: Organization) -> None:
    path = f"/organizations/{group.id}/login"
    page = staff.hx("POST", path, data={"username": "new", "password": "pass-2"})
    assert page.status_code == 200
    entry = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "organization.login_changed")
    ).one()
    assert entry.after == {"username": "changed", "password": "changed"}
    for text in (page.text, staff.get(f"/organizations/{group.id}").text, staff.get("/audit").text):
        assert "pass-2" not in text
        assert "group secret" not in text


def test_an_empty_password_keeps_the_stored_one(staff: LintingClient, group: Organization) -> None:
    staff.post(f"/organizations/{group.id}/login", data={"username": "new", "password": ""})
    db.session.expire_all()
    assert (group.username, vault.unseal(group.sealed_password or "")) == ("new", "group secret")


def test_a_first_login_needs_both(staff: LintingClient) -> None:
    staff.post("/organizations", data={"name": "Without"})
    answer = staff.hx("POST", "/organizations/1/login", data={"username": "u", "password": ""})
    assert answer.status_code == 422
    assert "3PA Password is missing" in answer.text
    assert not db.session.get_one(Organization, 1).holds_credentials


def test_without_the_login_each_dealer_uses_its_own(
    staff: LintingClient, group: Organization, checks: list[tuple[int, ...]]
) -> None:
    own = member(group, "A", username="own", sealed_password=vault.seal("mine"))
    none = member(group, "B")
    staff.post(f"/organizations/{group.id}/login/removal")
    assert [dealer for dealer, _ in checks] == [own.id]
    assert configurations.login_of(configuration(own)) is not None
    assert (configuration(none).check_state, configurations.login_of(configuration(none))) == (
        "unchecked",
        None,
    )
    assert "Each dealer enters its own login" in staff.get(f"/organizations/{group.id}").text
