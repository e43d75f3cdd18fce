"""The LightSpeed Configuration page: its labels, what it says of the dealer's state (R1, R5)."""

from __future__ import annotations

import re

import pytest

from tests.factories import make_configuration, make_manufacturer, make_supplier_code
from tests.webapp.client import ON_SQLITE, LintingClient, without_tokens
from tests.webapp.lightspeed.configuration_page import is_checked
from webapp.core.limits import MAX_CMF_LENGTH, MAX_PASSWORD_LENGTH, MAX_USERNAME_LENGTH
from webapp.extensions import db
from webapp.models import Configuration, Dealer

pytestmark = ON_SQLITE

LABELS = (
    "LightSpeed Configuration",
    "3PA/Data Warehouse",
    "Enable Lightspeed 3PA/Data Warehouse",
    "3PA Username",
    "3PA Password",
    "3PA Dealer ID",
    "3PA Parts &amp; Accessories Availability/Pricing Settings",
    "Use Lightspeed Inventory",
    "Manage Supplier Codes",
    "Queue Inventory Update",
    "Parts &amp; Accessories Inventory Settings",
    "Quantity Column",
    "On Hand",
    "Available",
    "Clear Previous Quantities",
    "Disabled On",
)
NO_CODES = "There are currently no supplier codes configured"


@pytest.fixture
def url(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/lightspeed"


def test_the_labels_are_those_of_the_dealer_guide(client: LintingClient, url: str, dealer: Dealer):
    make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    page = client.get(url).text
    assert [label for label in LABELS if label not in page] == []


def test_viewing_a_page_stores_nothing(client: LintingClient, url: str):
    assert client.get(url).status_code == 200
    assert db.session.scalar(db.select(Configuration)) is None


def test_htmx_gets_the_fragment_that_the_page_includes(client: LintingClient, url: str):
    fragment, page = client.hx("GET", url), client.get(url)
    assert without_tokens(fragment.text) in without_tokens(page.text)
    assert "<html" not in fragment.text
    assert "HX-Request" in fragment.headers["Vary"]
    assert "HX-Request" in page.headers["Vary"]


def test_restored_history_gets_the_page(client: LintingClient, url: str):
    page = client.hx("GET", url, headers={"HX-History-Restore-Request": "true"})
    assert "<html" in page.text


@pytest.mark.parametrize(("enabled", "codes", "shown"), [(0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 1)])
def test_use_lightspeed_inventory_is_checked_only_while_enabled_and_mapped(
    client: LintingClient, url: str, dealer: Dealer, enabled: int, codes: int, shown: int
):
    make_configuration(dealer, enabled=bool(enabled))
    if codes:
        make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    assert is_checked(client.get(url).text, "use-inventory") is bool(shown)


def test_without_supplier_codes_the_page_says_so_and_offers_no_update(
    client: LintingClient, url: str, dealer: Dealer
):
    make_configuration(dealer)
    page = client.get(url).text
    assert NO_CODES in page
    assert "Queue Inventory Update" not in page
    make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    page = client.get(url).text
    assert NO_CODES not in page
    assert "Queue Inventory Update" in page


def test_the_section_that_depends_on_the_others_brings_the_banner_with_it(client: LintingClient, url: str):
    part = client.hx("GET", f"{url}/availability").text
    assert NO_CODES in part
    assert 'id="banners" hx-swap-oob="true"' in part


def test_fields_take_no_more_characters_than_can_be_saved(client: LintingClient, url: str) -> None:
    page = client.get(url).text
    for name, most in (
        ("username", MAX_USERNAME_LENGTH),
        ("password", MAX_PASSWORD_LENGTH),
        ("cmf", MAX_CMF_LENGTH),
    ):
        field = re.search(rf'<input[^>]* name="{name}"[^>]*>', page)
        assert field is not None
        assert f'maxlength="{most}"' in field[0]
