"""Staff queue an update for many dealers at once, and see what happened to each."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event, select

from tests.factories import make_configuration, make_dealer, make_run
from tests.webapp.client import ON_SQLITE, LintingClient
from tests.webapp.dealers.fleet import ready
from webapp.core import clock, queues
from webapp.dealers.bulk_queue import MOST
from webapp.extensions import db
from webapp.models import AuditEntry, Dealer, Run

UPDATES = "/dealers/updates"


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The runs that were given to the workers."""
    enqueued: list[int] = []
    monkeypatch.setattr(
        queues, "enqueue_all", lambda _q, _t, jobs, **_: enqueued.extend(run for (run,) in jobs.values())
    )
    return enqueued


def queue(staff: LintingClient, *dealers: Dealer, address: str = UPDATES) -> str:
    """The page of results."""
    response = staff.post(address, data={"dealer": [dealer.id for dealer in dealers]})
    assert response.status_code == 303
    return staff.get(response.location).text


def result(page: str, name: str) -> str:
    """The words beside a dealer."""
    row = page.partition(f">{name}</a></th>")[2].partition("</tr>")[0]
    return " ".join(re.sub("<[^>]*>", " ", row).split())


def runs() -> list[Run]:
    return list(db.session.scalars(select(Run).order_by(Run.id)))


def test_an_update_is_queued_for_each_selected_dealer(staff: LintingClient, jobs: list[int]):
    first, second, other = ready("First"), ready("Second"), ready("Other")
    page = queue(staff, second, first)
    assert "Update queued for 2 of 2 dealers" in page
    assert [run.dealer_id for run in runs()] == [first.id, second.id]
    assert {(run.trigger, run.status, run.requested_by.email) for run in runs()} == {
        ("manual", "queued", "support@example.com")
    }
    assert jobs == [run.id for run in runs()]
    assert other.name not in page
    assert result(page, "First") == f"Queued Run {runs()[0].id}"


def test_each_queued_run_is_in_its_dealers_changes(staff: LintingClient, jobs: list[int]):
    dealers = ready("First"), ready("Second")
    queue(staff, *dealers)
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    noted = [(entry.action, entry.dealer_id, entry.actor, entry.email, entry.after) for entry in entries]
    by = ("staff", "support@example.com", {"trigger": "manual"})
    assert noted == [("run.queued", dealer.id, *by) for dealer in dealers]


def test_the_result_says_why_a_dealer_got_no_run(staff: LintingClient, jobs: list[int]):
    closed, busy = ready("Closed", enabled=False), ready("Busy")
    closed.closed_at = clock.now()
    unmapped = make_dealer("Unmapped")
    make_configuration(unmapped)
    dealers = [
        *(ready("Ready"), closed, busy, unmapped, make_dealer("New")),
        *(ready("Off", enabled=False), ready("Incomplete", cmf=None), ready("Paused", disabled_days=127)),
    ]
    active = make_run(busy, "running")
    page = queue(staff, *dealers)
    assert "Update queued for 1 of 8 dealers" in page
    weekday = f"{clock.local_today('America/Chicago'):%A}"
    no_codes = "Not queued There are currently no supplier codes configured"
    assert {name: result(page, name) for name in ("Closed", "Busy", "Unmapped", "New")} == {
        "Closed": "Not queued This dealer is closed",
        "Busy": f"Not queued Run {active.id} is already running",
        "Unmapped": no_codes,
        "New": no_codes,
    }
    assert result(page, "Off") == "Not queued Lightspeed 3PA/Data Warehouse is turned off"
    assert result(page, "Incomplete") == "Not queued The 3PA credentials are incomplete"
    assert result(page, "Paused") == f"Not queued {weekday} is a disabled day. Run anyway"
    assert len(runs()) == 2


def test_a_second_request_queues_nothing_more(staff: LintingClient, jobs: list[int]):
    dealer = ready("Twice")
    queue(staff, dealer)
    page = queue(staff, dealer)
    assert result(page, "Twice") == f"Not queued Run {runs()[0].id} is already queued"
    assert len(runs()) == len(jobs) == 1


@ON_SQLITE
def test_the_result_shows_what_became_of_each_run(staff: LintingClient, jobs: list[int]):
    dealer = ready("Prairie")
    response = staff.post(UPDATES, data={"dealer": dealer.id})
    page = staff.hx("GET", response.location).text
    assert 'hx-trigger="every 5s"' in page
    assert "1 still to finish." in page
    runs()[0].status = "succeeded"
    db.session.commit()
    page = staff.hx("GET", response.location).text
    assert result(page, "Prairie").startswith("Succeeded Run")
    assert "hx-trigger" not in page


@ON_SQLITE
def test_the_result_leads_back_to_the_same_list(staff: LintingClient, jobs: list[int]):
    page = queue(staff, ready("Prairie"), address=f"{UPDATES}?matching=pra&cause=setup&page=2")
    assert 'href="/dealers?matching=pra&amp;cause=setup&amp;page=2">Back to dealers</a>' in page


@ON_SQLITE
def test_a_request_by_htmx_is_led_to_the_result(staff: LintingClient, jobs: list[int]):
    response = staff.hx("POST", UPDATES, data={"dealer": ready("Prairie").id})
    assert response.status_code == 204
    assert response.headers["HX-Redirect"].startswith(f"{UPDATES}?dealer=")


@pytest.mark.parametrize("chosen", [[], ["0", "-1", "x", "99999999999"], range(1, MOST + 2)])
def test_too_few_or_too_many_dealers_are_refused(staff: LintingClient, jobs: list[int], chosen: object):
    ready("Prairie")
    response = staff.post(f"{UPDATES}?matching=pra", data={"dealer": chosen})
    assert response.status_code == 422
    assert ">Prairie</a>" in response.text
    assert "Select " in response.text
    assert runs() == []


def test_dealers_that_do_not_exist_are_left_out(staff: LintingClient, jobs: list[int]):
    assert "Update queued for 0 of 0 dealers" in queue(staff, Dealer(id=4711))


@ON_SQLITE
def test_only_staff_may_queue_for_many(client: LintingClient, dealer: Dealer, jobs: list[int]):
    assert client.post(UPDATES, data={"dealer": dealer.id}).status_code == 403
    assert client.get(f"{UPDATES}?dealer={dealer.id}").status_code == 403
    assert runs() == []


@ON_SQLITE
def test_fifty_dealers_cost_as_many_queries_as_one(staff: LintingClient, jobs: list[int]):
    chosen = [ready(f"Dealer {number}").id for number in range(50)]
    queries: list[str] = []

    @event.listens_for(db.engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT"):
            queries.append(statement)

    staff.post(UPDATES, data={"dealer": chosen})
    assert len(queries) <= 8
    assert len(jobs) == 50
