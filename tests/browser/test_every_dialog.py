"""Every dialog, in each of its states, is accessible."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.accessibility import problems
from tests.browser.conftest import Visit
from tests.browser.steps import choose_file, open_dialog
from tests.browser.users import DEALER, WATCHER, PageUser
from webapp.settings.config import ROOT

CODES, QUEUE = "Manage Supplier Codes", "Queue Inventory Update"
HEADER = "catalog,supplier_code,manufacturer,lead_time_days,pricing\n"
ROWS = "aftermarket,NEW,Tucker Rocky,3,retail\naftermarket,TR,Tucker Rocky,9,disabled\n"
# The folder of templates that fills the dialog, who opens it by which link, and what is done in it then.
Act = Callable[[Locator], None]


def see(text: str) -> Act:
    """Nothing is done: it only comes to show this."""
    return lambda dialog: expect(dialog.get_by_text(text).first).to_be_visible()


def look_for_a_manufacturer(dialog: Locator) -> None:
    dialog.get_by_label("Manufacturer/Distributor").press_sequentially("tuck")
    expect(dialog.get_by_role("listbox").get_by_role("option")).to_have_count(1)


def type_rows_that_are_wrong(dialog: Locator) -> None:
    dialog.get_by_label("LightSpeed Supplier Code").fill("X")
    dialog.get_by_label("Manufacturer/Distributor").fill("Tucker Rocky")
    dialog.get_by_role("button", name="Add Supplier Code").click()
    expect(dialog.get_by_text("1 code not saved")).to_be_visible()
    dialog.get_by_label("LightSpeed Supplier Code").fill("Y")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_be_focused()


def edit_a_row(dialog: Locator) -> None:
    dialog.get_by_role("link", name="Edit TR").click()
    expect(dialog.get_by_label("LightSpeed Supplier Code")).to_be_focused()


def ask_to_remove(dialog: Locator) -> None:
    dialog.get_by_role("link", name="Remove TR").click()
    expect(dialog.get_by_role("button", name="Remove")).to_be_visible()


def ask_for_a_file(dialog: Locator) -> None:
    dialog.get_by_role("link", name="Import from CSV").click()
    expect(dialog.get_by_label("CSV file")).to_be_focused()


def preview_a_file(dialog: Locator) -> None:
    choose_file(dialog, HEADER + ROWS)
    expect(dialog.get_by_role("button", name="Import")).to_be_visible()


def choose_a_file_that_is_wrong(dialog: Locator) -> None:
    choose_file(dialog, HEADER + "aftermarket,NEW,Nobody,3,retail\n")
    expect(dialog.get_by_role("alert")).to_be_focused()


DIALOGS: tuple[tuple[str, str, str, Act], ...] = (
    ("lightspeed/queue", DEALER, QUEUE, see("from Lightspeed for")),
    ("lightspeed/queue", WATCHER, QUEUE, see("An inventory update is running")),
    ("supplier_codes", DEALER, CODES, see("Synced, last run")),
    ("supplier_codes", DEALER, CODES, look_for_a_manufacturer),
    ("supplier_codes", DEALER, CODES, type_rows_that_are_wrong),
    ("supplier_codes", DEALER, CODES, edit_a_row),
    ("supplier_codes/removal", DEALER, CODES, ask_to_remove),
    ("supplier_codes/import", DEALER, CODES, ask_for_a_file),
    ("supplier_codes/import", DEALER, CODES, preview_a_file),
    ("supplier_codes/import", DEALER, CODES, choose_a_file_that_is_wrong),
)


# Dialogs of other pages: the page, and how they are opened there.
FURTHER: dict[str, tuple[str, Callable[[Page], None]]] = {
    "help/keys": ("/account", lambda page: page.keyboard.press("?")),
    "design/dialog": ("/design", lambda page: page.get_by_role("link", name="Open the dialog").click()),
}
HEADINGS = ('id="dialog-title"', "{{ dialog_head(")


def test_no_dialog_is_left_out() -> None:
    templates = ROOT / "templates"
    fragments = [
        path
        for path in templates.rglob("_fragment.html")
        if any(heading in path.read_text() for heading in HEADINGS)
    ]
    named = {str(path.parent.relative_to(templates)) for path in fragments}
    assert named == {folder for folder, *_ in DIALOGS} | set(FURTHER)


@pytest.mark.parametrize("folder", FURTHER)
def test_a_dialog_of_another_page_is_accessible(
    visit: Visit, users: dict[str, PageUser], folder: str
) -> None:
    path, open_it = FURTHER[folder]
    page = visit(path, users[DEALER].session)
    open_it(page)
    expect(page.get_by_role("dialog").get_by_role("heading", level=2).first).to_be_visible()
    assert problems(page) == []


@pytest.mark.parametrize(("folder", "user", "link", "act"), DIALOGS)
def test_a_dialog_is_accessible_in_every_viewport_and_theme(
    visit: Visit, users: dict[str, PageUser], folder: str, user: str, link: str, act: Act
) -> None:
    page = on_the_configuration_page(visit, users[user])
    dialog = open_dialog(page, link)
    act(dialog)
    expect(dialog.get_by_role("heading", level=2).first).to_be_visible()
    assert problems(page) == []


def on_the_configuration_page(visit: Visit, user: PageUser) -> Page:
    return visit(f"/dealers/{user.rows['dealer_id']}/lightspeed", user.session)
