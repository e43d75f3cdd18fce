"""The Changes page, for the dealer and for staff."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from tests.factories import make_configuration, make_dealer, make_manufacturer, make_supplier_code, make_user
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.audit.audit_log import PAGE_LENGTH
from webapp.extensions import db
from webapp.models import AuditEntry, Dealer, User

pytestmark = ON_SQLITE


@pytest.fixture
def url(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/changes"


def noted(subject: str, dealer: Dealer | None = None, **fields: Any) -> AuditEntry:
    values = {"actor": "command", "action": "supplier_code.changed", **fields}
    entry = AuditEntry(subject=subject, dealer_id=dealer.id if dealer else None, **values)
    db.session.add(entry)
    db.session.commit()
    return entry


def test_without_changes_the_page_says_so(client: LintingClient, url: str):
    assert "No changes yet" in client.get(url).text


def test_a_change_on_a_page_is_listed_with_user_and_values(client: LintingClient, url: str, dealer: Dealer):
    settings = {"quantity_column": "available", "clear_previous": "y", "disabled_on": ["Sunday"]}
    assert client.post(f"/dealers/{dealer.id}/lightspeed/settings", data=settings).status_code == 303
    page = client.get(url).text
    for said in ("parts@prairie.example", "Changed the inventory settings", "Quantity Column", "Sunday"):
        assert said in page
    assert "On Hand" in page
    assert "Available" in page
    assert ">Support<" not in page


def test_a_password_is_never_shown(client: LintingClient, url: str, dealer: Dealer):
    login = {"enabled": "y", "username": "login-7", "password": "hunter2-7", "cmf": "4711"}
    client.post(f"/dealers/{dealer.id}/lightspeed/credentials", data=login)
    page = client.get(url).text
    assert "3PA Password" in page
    assert "4711" in page
    assert "login-7" not in page
    assert "hunter2-7" not in page


def test_changes_by_staff_are_shown_to_the_dealer_and_to_staff(
    client: LintingClient, staff: LintingClient, url: str, dealer: Dealer
):
    make_configuration(dealer)
    make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    assert staff.post(f"/dealers/{dealer.id}/runs").status_code == 303
    for page in (client.get(url).text, staff.get("/changes").text):
        assert "support@example.com" in page
        assert ">Support</span>" in page
        assert "Queued a run" in page
    assert "Prairie Powersports</a>" in staff.get("/changes").text


def test_a_password_change_is_audited(anonymous: LintingClient, dealer: Dealer, url: str):
    from flask_security.utils import hash_password

    person = make_user("new@prairie.example", dealer, hash_password("correct horse battery"))
    user_client = anonymous.sign_in(person)
    changed = {
        "password": "correct horse battery",
        "new_password": "another horse battery",
        "new_password_confirm": "another horse battery",
    }
    assert user_client.post("/change", data=changed).status_code == 302
    page = user_client.get(url).text
    assert "Changed a password" in page
    assert "battery" not in page


def test_changes_are_listed_a_page_at_a_time_the_latest_first(
    client: LintingClient, url: str, dealer: Dealer
):
    entries = [noted(f"code {number:03}", dealer) for number in range(PAGE_LENGTH + 2)]
    first = client.get(url).text
    assert first.index("code 051") < first.index("code 002")
    assert "code 001" not in first
    assert f'href="{url}?before={entries[2].id}"' in first
    older = client.get(f"{url}?before={entries[2].id}").text
    assert "code 001" in older
    assert "Older" not in older
    assert "Latest" in older


def test_scheduled_runs_are_shown_on_request(client: LintingClient, url: str, dealer: Dealer):
    noted("Run 17", dealer, actor="schedule", action="run.queued")
    noted("Run 18", dealer, action="run.queued")
    assert ("Run 17" in client.get(url).text, "Run 18" in client.get(url).text) == (False, True)
    asked = client.get(f"{url}?actor=schedule").text
    assert ("Run 17" in asked, "Run 18" in asked) == (True, False)
    everybody = client.get(f"{url}?actor=all").text
    assert ("Run 17" in everybody, "Run 18" in everybody) == (True, True)


def test_entries_are_narrowed_by_action_and_person(
    client: LintingClient, url: str, dealer: Dealer, user: User
):
    noted("TR", dealer, actor="dealer", user_id=user.id, email=user.email)
    noted("Run 18", dealer, action="run.queued")
    found = client.get(f"{url}?action=run.queued").text
    assert ("Run 18" in found, ">TR</span>" in found) == (True, False)
    found = client.get(f"{url}?email=PRAIRIE").text
    assert ("Run 18" in found, ">TR</span>" in found) == (False, True)
    assert "No changes match." in client.get(f"{url}?email=nobody").text


@pytest.mark.parametrize("query", ["actor=x", "action=x", "before=x", "before=-1", "email=%00", "dealer=x"])
def test_invalid_filters_show_all_changes(client: LintingClient, url: str, dealer: Dealer, query: str):
    noted("TR", dealer)
    assert ">TR</span>" in client.get(f"{url}?{query}").text


def test_staff_narrow_all_changes_by_dealer(staff: LintingClient, dealer: Dealer):
    noted("for prairie", dealer)
    noted("for lakeside", make_dealer("Lakeside Cycle"))
    noted("for nobody")
    page = staff.get("/changes").text
    assert all(said in page for said in ("for prairie", "for lakeside", "for nobody"))
    assert "UTC" in page
    assert "America/Chicago" not in page
    page = staff.get("/changes?dealer=lakes").text
    assert "for lakeside" in page
    assert "for prairie" not in page
    assert "for nobody" not in page


def test_a_dealer_sees_only_its_own_changes(client: LintingClient, url: str, dealer: Dealer):
    noted("for lakeside", make_dealer("Lakeside Cycle"))
    noted("for nobody")
    assert "No changes yet" in client.get(url).text
    assert client.get("/changes").status_code == 403


def test_with_htmx_the_same_list_comes_back(client: LintingClient, url: str, dealer: Dealer):
    noted("TR", dealer)
    fragment = client.hx("GET", url).text
    assert "<h1" not in fragment
    assert fragment.strip() in client.get(url).text


def test_a_long_import_unfolds(client: LintingClient, url: str, dealer: Dealer):
    codes = {f"K{number} → Tucker": "lead time 1 day" for number in range(12)}
    noted("12 added", dealer, action="supplier_codes.imported", after=codes)
    page = client.get(url).text
    assert "<summary>4 more</summary>" in page
    assert "K11 → Tucker" in page


def test_it_is_linked_from_the_settings_and_from_staff_pages(
    client: LintingClient, staff: LintingClient, url: str, dealer: Dealer
):
    assert f'href="{url}"' in client.get(f"/dealers/{dealer.id}/lightspeed").text
    assert 'href="/changes"' in staff.get("/dealers").text


def test_a_page_sends_few_queries(staff: LintingClient, dealer: Dealer):
    for number in range(PAGE_LENGTH):
        noted(f"code {number}", make_dealer(f"Dealer {number}"))
    asked: list[str] = []

    @event.listens_for(db.engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT"):
            asked.append(statement)

    staff.get("/changes")
    assert len(asked) <= 4
