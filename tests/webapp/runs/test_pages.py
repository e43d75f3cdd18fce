"""The list of runs, and one run from queued to ended."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.factories import make_report, make_run, make_run_item
from tests.webapp.client import ON_SQLITE, LintingClient, without_tokens
from tests.webapp.page_lint import Document
from webapp.core import clock
from webapp.core.run_states import RunState
from webapp.extensions import db
from webapp.models import Dealer, Run, User
from webapp.runs.run_history import PAGE_LENGTH

pytestmark = ON_SQLITE


@pytest.fixture
def url(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/runs"


def poll(html: str) -> str | None:
    """The address that the page asks again, if it does."""
    asking = [each for each in Document(html).elements if "every" in each.attributes.get("hx-trigger", "")]
    return asking[0].attributes["hx-get"] if asking else None


def test_without_runs_the_list_says_where_one_is_queued(client: LintingClient, url: str):
    page = client.get(url).text
    assert "No runs yet" in page
    assert "/lightspeed" in page


def test_runs_are_listed_a_page_at_a_time_the_latest_first(client: LintingClient, url: str, dealer: Dealer):
    ids = [make_run(dealer).id for _ in range(PAGE_LENGTH + 2)]
    first = client.get(url).text
    assert f"{url}/{ids[-1]}" in first
    assert f'"{url}/{ids[1]}"' not in first
    assert first.index(f'"{url}/{ids[-1]}"') < first.index(f'"{url}/{ids[-2]}"')
    older = client.get(f"{url}?before={ids[2]}").text
    assert f'href="{url}?before={ids[2]}"' in first
    assert f'"{url}/{ids[1]}"' in older
    assert "Older" not in older


@pytest.mark.parametrize("before", ["x", "-1", "0", "²", "9" * 30, ""])
def test_an_invalid_page_shows_the_latest_runs(client: LintingClient, url: str, dealer: Dealer, before: str):
    run = make_run(dealer)
    assert f"{url}/{run.id}" in client.get(url, query_string={"before": before}).text


def test_a_row_shows_the_result_of_the_run(client: LintingClient, url: str, dealer: Dealer, user: User):
    run = make_run(dealer, "partial", requested_by_id=user.id)
    make_run_item(run, "TR", synced=1200, skipped=34, changed=1100)
    make_run_item(run, "PU", "failed", synced=0)
    page = client.get(url).text
    for said in ("Partial", "1,200", "34", "1,100", ">parts@prairie.example</td>"):
        assert said in page


@pytest.mark.parametrize("status", list(RunState))
def test_each_status_has_its_label_and_only_an_active_run_is_polled(
    client: LintingClient, url: str, dealer: Dealer, status: str
):
    run = make_run(dealer, status)
    page = client.get(f"{url}/{run.id}")
    assert f"</svg>{status.capitalize()}</span>" in page.text
    is_active = status in ("queued", "running")
    assert (poll(page.text) is not None) is is_active
    assert ("Cancel run" in page.text) is is_active
    fragment = client.hx("GET", f"{url}/{run.id}")
    assert without_tokens(fragment.text) in without_tokens(page.text)


def test_a_poll_is_answered_only_when_something_changed(client: LintingClient, url: str, dealer: Dealer):
    run = make_run(dealer, "running")
    item = make_run_item(run, "TR", "running", pages=1, fetched=500)
    asked = poll(client.get(f"{url}/{run.id}").text)
    assert asked
    assert client.hx("GET", asked).status_code == 204
    item.pages, item.fetched = 2, 1000
    db.session.commit()
    news = client.hx("GET", asked)
    assert news.status_code == 200
    assert "1,000 parts received" in news.text
    asked = poll(news.text)
    assert asked
    assert client.hx("GET", asked).status_code == 204


def test_only_a_step_is_announced_and_not_every_page(client: LintingClient, url: str, dealer: Dealer):
    run = make_run(dealer, "running")
    item = make_run_item(run, "TR", "running", pages=1, fetched=500)
    make_run_item(run, "PU", "waiting")
    page = client.get(f"{url}/{run.id}").text
    assert 'id="announcement" hx-swap-oob' not in page
    item.pages, item.fetched = 2, 1000
    db.session.commit()
    news = client.hx("GET", poll(page) or "").text
    assert "announcement" not in news
    item.status = "succeeded"
    db.session.commit()
    news = client.hx("GET", poll(news) or "").text
    assert 'id="announcement" hx-swap-oob="innerHTML"' in news
    assert f"Run {run.id}: Running, 1 of 2 supplier codes done." in news


def test_the_last_answer_to_a_poll_ends_it(client: LintingClient, url: str, dealer: Dealer):
    run = make_run(dealer, "running")
    make_run_item(run, "TR", "running")
    asked = poll(client.get(f"{url}/{run.id}").text)
    run.status, run.finished_at, run.items[0].status = "succeeded", clock.now(), "succeeded"
    db.session.commit()
    end = client.hx("GET", asked or "")
    assert end.status_code == 200
    assert poll(end.text) is None
    assert "Succeeded" in end.text


def test_results_are_shown_for_each_code_with_its_error(client: LintingClient, url: str, dealer: Dealer):
    run = make_run(dealer, "partial", reason="One of two supplier codes failed.")
    make_run_item(run, "TR", pages=12, fetched=5512, synced=5300, skipped=212, cleared=7, changed=1204)
    make_run_item(run, "PU", "failed", error="Lightspeed did not answer.")
    make_run_item(run, "KA", "not_tried")
    page = client.get(f"{url}/{run.id}").text
    for said in ("One of two supplier codes failed.", "5,512", "5,300", "212", "1,204", "Not tried"):
        assert said in page
    assert sum_of(page) == {"Received": 5512, "Synced": 5300, "Skipped": 212, "Merged": 0, "Kept": 0}
    assert "Lightspeed did not answer." in page


def sum_of(page: str) -> dict[str, int]:
    """The counts that add up to the parts received."""
    shown = page.partition('<dl class="sum strip">')[2].partition("</dl>")[0]
    terms = re.findall(r'<dt>([^<]+)</dt><dd class="big"( data-op="[=+]")?>(?:<[^>]+>)?([\d,]+)', shown)
    assert [bool(operator) for _, operator, _ in terms] == [True] * (len(terms) - 2) + [False, False]
    found = {word: int(value.replace(",", "")) for word, _, value in terms[:-1]}
    assert found["Received"] == sum(found.values()) - found["Received"]
    return found


def test_the_counts_add_up_in_sight(client: LintingClient, url: str, dealer: Dealer):
    run = make_run(dealer, "partial", reason="PU failed.")
    make_run_item(run, "TR", fetched=5664, synced=4981, skipped=672, kept=6, kept_absent=1, changed=490)
    make_run_item(run, "PU", "failed", fetched=500, error="Lightspeed did not answer.")
    page = client.get(f"{url}/{run.id}").text
    assert sum_of(page) == {
        **{"Received": 6164, "Synced": 4981, "Skipped": 667},
        **{"Merged": 11, "Kept": 5, "Not applied": 500},
    }
    for said in (
        "the same part number came more than once",
        "6 parts kept their quantity",
        "Not applied: parts",
    ):
        assert said in page


def test_a_cancelled_run_offers_no_empty_reports(client: LintingClient, url: str, dealer: Dealer):
    run = make_run(dealer, "cancelled")
    reports = [make_report(run, kind=kind) for kind in ("inventory", "skipped")]
    reports[1].rows = 0
    db.session.commit()
    page = client.get(f"{url}/{run.id}").text
    assert "Inventory report" in page
    assert "Skipped report" not in page
    reports[0].rows = 0
    db.session.commit()
    assert "Download" not in client.get(f"{url}/{run.id}").text


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ((12, 0), "12 parts kept their quantity because Lightspeed’s data for them couldn’t be used."),
        ((1, 0), "1 part kept its quantity because Lightspeed’s data for it couldn’t be used."),
        ((800, 434), "1,234 parts kept their quantity because Lightspeed’s data for them couldn’t be used."),
    ],
)
def test_a_run_says_how_many_parts_kept_their_quantity(
    client: LintingClient, url: str, dealer: Dealer, kept: tuple[int, int], said: str
):
    run = make_run(dealer, "succeeded")
    for code, number in zip(("TR", "PU"), kept, strict=True):
        make_run_item(run, code, fetched=number, kept=number, skipped=number)
    page = client.get(f"{url}/{run.id}").text
    assert said in page
    assert f"skipped?run={run.id}" in page


def test_a_run_in_which_no_part_was_kept_says_nothing_of_it(client: LintingClient, url: str, dealer: Dealer):
    run = make_run(dealer, "succeeded")
    make_run_item(run, "TR", fetched=3, skipped=3)
    assert "quantity:" not in client.get(f"{url}/{run.id}").text


def test_times_are_local_to_the_dealer_and_name_the_zone(client: LintingClient, url: str, dealer: Dealer):
    at = clock.now().replace(year=2025, month=7, day=4, hour=18, minute=5)
    run = make_run(dealer, queued_at=at, started_at=at, finished_at=at + timedelta(minutes=2, seconds=5))
    page = client.get(f"{url}/{run.id}").text
    assert "Jul 4, 2025, 1:05 PM CDT" in page
    assert re.search(r"took <[^>]+>2 min 5 s<", page)


@pytest.mark.parametrize(("status", "becomes"), [("queued", "cancelled"), ("running", "running")])
def test_an_active_run_can_be_cancelled(
    client: LintingClient, url: str, dealer: Dealer, status: str, becomes: str
):
    run = make_run(dealer, status)
    path = f"{url}/{run.id}"
    response = client.post(f"{path}/cancellation")
    assert response.status_code == 303
    assert response.location == path
    assert run.cancel_requested_at is not None
    assert run.status == becomes
    page = client.get(path).text
    assert ("Stopping…" in page) is (becomes == "running")
    assert "Cancel run" not in page


def test_with_htmx_the_cancelled_run_comes_back_in_its_place(client: LintingClient, url: str, dealer: Dealer):
    run = make_run(dealer, "queued")
    response = client.hx("POST", f"{url}/{run.id}/cancellation")
    assert response.status_code == 200
    assert "Cancelled" in response.text
    assert "Stopping run" in response.text


def test_a_run_that_has_ended_cannot_be_cancelled(client: LintingClient, url: str, dealer: Dealer):
    run = make_run(dealer, "succeeded")
    path = f"{url}/{run.id}/cancellation"
    for response in (client.post(path), client.hx("POST", path)):
        assert response.status_code == 409
        assert "had already ended" in response.text
        assert "Succeeded" in response.text
    assert db.session.get_one(Run, run.id).cancel_requested_at is None
