"""A held clearing on the page of its run: what would happen, and the decision (R14)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import event

from tests.factories import make_dealer, make_held_clearing, make_run, make_run_item
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.extensions import db
from webapp.models import AuditEntry, Dealer, HeldClearing, Run, User
from webapp.runs import held_clearings, holds


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
    assert "KA: 1,920 of 2,014 products would go to zero." in page
    assert page.count("</svg>On hold for your approval<") == 2
    assert "Set them to zero" in page
    assert "Keep the quantities" in page


@pytest.mark.parametrize(
    ("decision", "state", "says"),
    [
        ("apply", "applying", ("KA: 1,920 products are being set to zero.", "</svg>Clearing, approved<")),
        (
            "keep",
            "kept",
            ("KA: 1,920 products keep their quantity", "</svg>Quantities kept<", "quantities kept"),
        ),
    ],
)
def test_a_decision_is_kept_with_who_made_it(
    client: LintingClient, held: HeldClearing, user: User, decision: str, state: str, says: tuple[str, ...]
):
    answer = client.post(f"{path(held)}/held-clearings/{held.id}", data={"decision": decision})
    assert (answer.status_code, answer.location) == (303, path(held))
    db.session.expire_all()
    assert (held.state, held.decided_by_id) == (state, user.id)
    page = client.get(path(held)).text
    assert all(one in page for one in says)
    assert f"{user.email} decided at" in page
    assert "On hold" not in page
    assert "Set them to zero" not in page


@pytest.mark.parametrize(
    ("state", "of_run", "of_item"),
    [
        ("applied", "Succeeded, clearing approved", "Cleared, approved"),
        ("confirmed", "Succeeded", "Cleared by a later run"),
        ("overtaken", "Succeeded", "Succeeded"),
    ],
)
def test_the_header_and_the_code_say_what_came_of_a_held_clearing(
    client: LintingClient, held: HeldClearing, run: Run, state: str, of_run: str, of_item: str
):
    # The sentence that the run ended with, and the one that earlier releases wrote.
    for beginning in (
        "On hold for your approval:",
        "Held, until somebody decides or the next run says the same:",
    ):
        run.reason, held.state = f"{beginning} {held.sentence}", state
        db.session.commit()
        labels = re.findall(r'<span class="status[^>]*><svg.*?</svg>([^<]+)<', client.get(path(held)).text)
        assert labels == [of_run, of_item]
        assert f"</svg>{of_run}<" in client.get(f"/dealers/{held.dealer_id}/runs").text


def test_a_run_with_another_problem_keeps_it_after_the_decision(
    client: LintingClient, held: HeldClearing, run: Run
):
    make_run_item(run, "PU", "failed", error="Took too long.")
    run.reason = f"1 of 2 supplier codes failed: PU. On hold for your approval: {held.sentence}"
    db.session.commit()
    page = client.get(path(held)).text
    assert "Partial, on hold for your approval" in page
    assert "1 of 2 supplier codes failed: PU." in page
    client.post(f"{path(held)}/held-clearings/{held.id}", data={"decision": "keep"})
    db.session.expire_all()
    assert (run.status, run.reason) == ("partial", "1 of 2 supplier codes failed: PU.")
    assert "</svg>Partial<" in client.get(path(held)).text


def test_a_run_succeeds_with_the_decision_about_its_last_held_clearing(
    client: LintingClient, held: HeldClearing, run: Run
):
    second = make_held_clearing(make_run_item(run, "SU"), 200, 210)
    run.reason = f"On hold for your approval: {held.sentence} {second.sentence}"
    db.session.commit()
    client.post(f"{path(held)}/held-clearings/{held.id}", data={"decision": "keep"})
    db.session.expire_all()
    assert run.status == "partial"
    client.post(f"{path(held)}/held-clearings/{second.id}", data={"decision": "apply"})
    db.session.expire_all()
    assert (run.status, run.reason) == ("succeeded", None)
    second.state = "applied"
    db.session.commit()
    assert "</svg>Succeeded, as decided<" in client.get(path(held)).text


@pytest.mark.parametrize("fields", [{"reports_missing": True}, {"reason": "The worker crashed."}])
def test_a_run_stays_partial_whose_other_problem_is_not_a_code(
    client: LintingClient, held: HeldClearing, run: Run, fields: dict[str, Any]
):
    for name, value in fields.items():
        setattr(run, name, value)
    db.session.commit()
    client.post(f"{path(held)}/held-clearings/{held.id}", data={"decision": "keep"})
    db.session.expire_all()
    assert run.status == "partial"


def test_a_run_that_goes_on_is_left_alone_by_a_decision(client: LintingClient, held: HeldClearing, run: Run):
    run.status, run.finished_at = "running", None
    db.session.commit()
    client.post(f"{path(held)}/held-clearings/{held.id}", data={"decision": "keep"})
    db.session.expire_all()
    assert (held.state, run.status) == ("kept", "running")


def test_with_htmx_the_run_comes_back_in_its_place(client: LintingClient, held: HeldClearing):
    answer = client.hx("POST", f"{path(held)}/held-clearings/{held.id}", data={"decision": "keep"})
    assert answer.status_code == 200
    assert "Saved." in answer.text


def test_a_decision_is_in_the_audit_log(client: LintingClient, held: HeldClearing, user: User):
    client.post(f"{path(held)}/held-clearings/{held.id}", data={"decision": "keep"})
    entry = db.session.scalars(db.select(AuditEntry).where(AuditEntry.action == "held_clearing.kept")).one()
    assert (entry.user_id, entry.subject) == (user.id, "KA")


def test_the_second_of_two_users_gets_a_conflict(client: LintingClient, held: HeldClearing):
    target = f"{path(held)}/held-clearings/{held.id}"
    client.post(target, data={"decision": "keep"})
    answer = client.post(target, data={"decision": "apply"})
    assert answer.status_code == 409
    assert "This was already decided" in answer.text
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
    assert "We couldn&#39;t store the reports." in page
    assert "Recreate reports" in page
    # No Redis answers in this test: the person is told, and nothing is half done.
    answer = client.post(f"/dealers/{dealer.id}/runs/{run.id}/reports")
    assert answer.status_code == 409
    assert "be recreated now" in answer.text


def test_reports_of_a_run_that_a_later_one_followed_cannot(client: LintingClient, dealer: Dealer, run: Run):
    make_run_item(run, "TR")
    run.reports_missing = True
    db.session.commit()
    make_run_item(make_run(dealer), "TR")
    assert "Recreate reports" not in client.get(f"/dealers/{dealer.id}/runs/{run.id}").text


def test_reports_of_a_run_that_has_them_cannot(client: LintingClient, dealer: Dealer, run: Run):
    make_run_item(run, "TR")
    assert "Recreate reports" not in client.get(f"/dealers/{dealer.id}/runs/{run.id}").text


def test_those_that_wait_are_found_with_those_of_one_run(dealer: Dealer, run: Run):
    def of(run: Run, state: str) -> HeldClearing:
        found = hold(run)
        found.state = state
        db.session.commit()
        return found

    of(make_run(dealer, "partial"), "applied")
    settled, elsewhere = of(run, "confirmed"), of(make_run(make_dealer("Other"), "partial"), "held")
    waiting = of(make_run(dealer, "partial"), "held")
    assert held_clearings.waiting_or_of_run(dealer.id, run.id) == [settled, waiting]
    assert held_clearings.waiting_or_of_run(dealer.id, None) == [waiting]
    assert held_clearings.waiting_or_of_run(elsewhere.dealer_id, run.id) == [elsewhere]


@ON_SQLITE
def test_home_and_the_page_of_a_run_look_holds_up_by_indexes(dealer: Dealer, run: Run):
    plans: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, given: Any, context: Any, many: bool) -> None:
        asked = connection.connection.dbapi_connection.execute(f"EXPLAIN QUERY PLAN {statement}", given)
        plans.extend(row[-1] for row in asked if "held_" in row[-1])

    chosen = dealer.id, run.id
    event.listen(db.engine, "before_cursor_execute", explain)
    try:
        holds.waiting_or_of_run(*chosen)
        holds.of_run(chosen[1])
        holds.of_runs([chosen[1]])
    finally:
        event.remove(db.engine, "before_cursor_execute", explain)
    assert len(plans) >= 8
    assert [plan for plan in plans if not re.match(r"SEARCH held_\w+ USING", plan)] == []


def test_the_page_asks_for_news_until_an_approved_clearing_is_carried_out(
    client: LintingClient, held: HeldClearing
) -> None:
    poll = 'hx-trigger="every 2s"'
    assert poll not in client.get(path(held)).text
    held.state = "applying"
    db.session.commit()
    page = client.get(path(held)).text
    assert poll in page
    assert "Reload to see progress" in page
    seen = re.search(r"seen=([^&\"]+)", page)
    assert seen is not None
    url, headers = f"{path(held)}?seen={seen[1]}", {"HX-Request": "true"}
    assert client.get(url, headers=headers).status_code == 204
    held.state = "applied"
    db.session.commit()
    news = client.get(url, headers=headers).text
    assert "KA: 1,920 products set to zero, as approved." in news
    assert poll not in news
