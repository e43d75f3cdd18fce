"""Refused, missing and broken pages show their error in the usual layout."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect
from werkzeug.serving import make_server

from tests.browser.accessibility import problems
from tests.browser.conftest import Visit
from tests.browser.steps import sign_in
from tests.browser.users import DEALER, NEWCOMER, PageUser
from tests.conftest import settings
from webapp.application import create_app

PAGES = (
    ("/dealers", 403, "No access"),
    ("/dealers/999999", 404, "Page not found"),
    ("/logout", 405, "Not available here"),
)


@pytest.mark.parametrize(("path", "status", "heading"), PAGES)
def test_a_page_that_is_refused_or_missing(
    visit: Visit, users: dict[str, PageUser], path: str, status: int, heading: str
) -> None:
    page = visit(path, users[DEALER].session, expected=(status,))
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
    assert problems(page) == []


def test_a_file_that_is_too_large(visit: Visit, users: dict[str, PageUser]) -> None:
    newcomer = users[NEWCOMER]
    path = f"/dealers/{newcomer.rows['dealer_id']}/supplier-codes/import"
    page = visit(path, newcomer.session, expected=(413,), java_script_enabled=False)
    large: FilePayload = {"name": "codes.csv", "mimeType": "text/csv", "buffer": b"x" * 9_000_000}
    page.get_by_label("CSV file").set_input_files(large)
    page.get_by_role("button", name="Preview changes").click()
    expect(page.get_by_role("heading", level=1, name="Too large")).to_be_visible()


@pytest.fixture
def broken(tmp_path: Path) -> Iterator[str]:
    """The address of the program on a database without a table."""
    app = create_app({**settings(f"sqlite:///{tmp_path / 'empty.sqlite3'}", tmp_path), "TESTING": False})
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_program_whose_database_is_gone(visit: Visit, broken: str) -> None:
    page = visit("/login", address=broken, expected=(500,))
    sign_in(page, "parts@example.com", "whatever it is")
    expect(page.get_by_role("heading", level=1, name="Something went wrong")).to_be_visible()
    assert problems(page) == []


def test_a_sign_in_that_is_refused(visit: Visit) -> None:
    page = visit("/")
    expect(page.get_by_text("Please sign in to continue")).to_be_visible()
    sign_in(page, "nobody@example.com", "not a password")
    expect(page.get_by_role("alert")).to_be_focused()
    assert problems(page) == []


def test_a_form_sent_after_its_session_expired(visit: Visit, users: dict[str, PageUser]) -> None:
    newcomer = users[NEWCOMER]
    path = f"/dealers/{newcomer.rows['dealer_id']}/lightspeed"
    page = visit(path, newcomer.session, expected=(401,))
    page.context.clear_cookies()
    # As a browser without script sends it.
    page.evaluate("document.getElementById('save-settings').form.submit()")
    expect(page.get_by_role("heading", level=1, name="Not saved yet")).to_be_visible()
    assert problems(page) == []


def test_passwords_that_are_refused(visit: Visit, users: dict[str, PageUser]) -> None:
    page = visit("/change", users[NEWCOMER].session)
    page.get_by_label("Current password").fill("not the password")
    page.get_by_label("New password", exact=True).fill("short")
    page.get_by_label("Confirm new password").fill("another one")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("alert")).to_be_focused()
    found = problems(page)
    page.goto("/verify")
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert found + problems(page) == []
