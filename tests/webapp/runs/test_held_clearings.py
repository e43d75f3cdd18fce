"""A held clearing on the page of its run: what would happen, and the decision (R14)."""

from __future__ import annotations

import pytest

from tests.factories import make_dealer, make_held_clearing, make_run, make_run_item
from tests.webapp.client import LintingClient
from webapp.extensions import db
from webapp.models import AuditEntry, Dealer, HeldClearing, Run, User


@pytest.fixture
def run(dealer: Dealer) -> Run:
    settings = {"quantity_column": "on_hand", "clear_previous": True, "today": "2026-11-23"}
    return make_run(dealer, "partial", settings=settings)


@pytest.fixture
def held(dealer: Dealer, run: Run) -> HeldClearing:
    return hold(run)


def hold(run: Run) -> HeldClearing:
    return make_held_clearing(make_run_item(run, "KA"), 1920, 2014)


def path(held: HeldClearing) -> str:
    return f"/dealers/{held.dealer_id}/runs/{held.run_id}"


def test_the_run_says_what_would_happen(client: LintingClient, held: HeldClearing):
    page = client.get(path(held)).text
    assert "KA: 1,920 of 2,014 parts would go to zero." in page
    assert "Set them to zero" in page
    assert "Keep the quantities" in page


@pytest.mark.parametrize(
    ("decision", "state", "says"),
    [("apply", "applying", "They are being set to zero."), ("keep", "kept", "They keep their quantity")],
)
def test_a_decision_is_kept_with_who_made_it(
    client: LintingClient, held: HeldClearing, user: User, decision: str, state: str, says: str
):
    answer = client.post(f"{path(held)}/held-clearings/{held.id}", data={"decision": decision})
    assert (answer.status_code, answer.location) == (303, path(held))
    db.session.expire_all()
    assert (held.state, held.decided_by_id) == (state, user.id)
    page = client.get(path(held)).text
    assert says in page
    assert f"Decided by {user.email}." in page
    assert "Set them to zero" not in page


def test_with_htmx_the_run_comes_back_in_its_place(client: LintingClient, held: HeldClearing):
    answer = client.hx("POST", f"{path(held)}/held-clearings/{held.id}", data={"decision": "keep"})
    assert answer.status_code == 200
    assert "Your decision is kept." in answer.text


def test_a_decision_is_in_the_audit_log(client: LintingClient, held: HeldClearing, user: User):
    client.post(f"{path(held)}/held-clearings/{held.id}", data={"decision": "keep"})
    entry = db.session.scalars(db.select(AuditEntry).where(AuditEntry.action == "held_clearing.kept")).one()
    assert (entry.user_id, entry.subject) == (user.id, "KA")


def test_the_second_of_two_users_gets_a_conflict(client: LintingClient, held: HeldClearing):
    target = f"{path(held)}/held-clearings/{held.id}"
    client.post(target, data={"decision": "keep"})
    answer = client.post(target, data={"decision": "apply"})
    assert answer.status_code == 409
    assert "This was decided already" in answer.text
    db.session.expire_all()
    assert held.state == "kept"


def test_an_unknown_decision_is_refused(client: LintingClient, held: HeldClearing):
    assert client.post(f"{path(held)}/held-clearings/{held.id}", data={"decision": "?"}).status_code == 404


def test_another_dealers_clearing_is_not_found(client: LintingClient, held: HeldClearing, run: Run):
    other = make_dealer("Elsewhere")
    theirs = hold(make_run(other, "partial"))
    answer = client.post(f"{path(held)}/held-clearings/{theirs.id}", data={"decision": "apply"})
    assert answer.status_code == 404
    db.session.expire_all()
    assert theirs.state == "held"


def test_reports_that_storage_refused_can_be_asked_for_again(client: LintingClient, dealer: Dealer, run: Run):
    make_run_item(run, "TR")
    run.reports_missing = True
    db.session.commit()
    page = client.get(f"/dealers/{dealer.id}/runs/{run.id}").text
    assert "The reports could not be stored." in page
    assert "Make the reports again" in page
    # No Redis answers in this test: the person is told, and nothing is half done.
    answer = client.post(f"/dealers/{dealer.id}/runs/{run.id}/reports")
    assert answer.status_code == 409
    assert "cannot be made now" in answer.text


def test_reports_of_a_run_that_a_later_one_followed_cannot(client: LintingClient, dealer: Dealer, run: Run):
    make_run_item(run, "TR")
    run.reports_missing = True
    db.session.commit()
    make_run_item(make_run(dealer), "TR")
    assert "Make the reports again" not in client.get(f"/dealers/{dealer.id}/runs/{run.id}").text


def test_reports_of_a_run_that_has_them_cannot(client: LintingClient, dealer: Dealer, run: Run):
    make_run_item(run, "TR")
    assert "Make the reports again" not in client.get(f"/dealers/{dealer.id}/runs/{run.id}").text
