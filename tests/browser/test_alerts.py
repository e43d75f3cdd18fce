"""Alert recipients: a webhook is set up, and the page shows when its test message has arrived."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from pytest_httpserver import HTTPServer

from tests.browser.accessibility import problems
from tests.browser.conftest import Visit
from tests.browser.seed import ProgramSeed
from tests.browser.steps import navigate


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1") as server:
        server.expect_request("/in").respond_with_data("")
        yield server


def test_a_webhook_is_set_up_and_its_test_message_arrives(
    visit: Visit, seed: ProgramSeed, receiver: HTTPServer
) -> None:
    dealership = seed.add_dealership()
    page = visit(dealership.path, dealership.session)
    navigate(page, "Alerts")
    expect(page.get_by_label("Webhook URL")).to_be_hidden()
    page.get_by_text("For developers").click()
    page.get_by_label("Webhook URL").fill(f"http://127.0.0.1:{receiver.port}/in")
    page.locator("#save-webhook").click()
    expect(page.get_by_text("it won’t be shown again")).to_be_visible()
    found = problems(page)
    page.get_by_role("button", name="Send a test").click()
    # Nobody reloads the page.
    expect(page.get_by_role("cell", name="Delivered")).to_be_visible()
    found += problems(page)
    assert found == []
    assert [request.get_json()["event"] for request, _ in receiver.log] == ["test"]


def test_an_address_that_is_refused_leads_to_its_field(visit: Visit, seed: ProgramSeed) -> None:
    dealership = seed.add_dealership()
    page = visit(f"{dealership.path}/alerts", dealership.session, expected=(422,))
    page.get_by_label("Email recipients").fill("nobody")
    page.locator("#save-recipients").click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("link", name="isn't a valid email address").click()
    expect(page.get_by_label("Email recipients")).to_be_focused()
    assert problems(page) == []
