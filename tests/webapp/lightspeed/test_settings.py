"""Section "Parts & Accessories Inventory Settings"."""

from __future__ import annotations

import pytest

from tests.factories import make_configuration
from tests.webapp.client import ON_SQLITE, LintingClient
from tests.webapp.lightspeed.configuration_page import is_checked, stored, version
from webapp.models import Dealer

pytestmark = ON_SQLITE

SETTINGS = {"quantity_column": "available", "disabled_on": ["Sunday", "Friday"]}


@pytest.fixture
def url(dealer: Dealer) -> str:
    return f"/dealers/{dealer.id}/lightspeed"


def test_the_inventory_settings_are_saved_separately(client: LintingClient, url: str, dealer: Dealer):
    make_configuration(dealer)
    assert client.post(f"{url}/settings", data={**SETTINGS, "hold_old_data": "y"}).status_code == 303
    row = stored(dealer)
    assert (row.quantity_column, row.clear_previous, row.hold_old_data) == ("available", False, True)
    assert row.disabled_on == ["Friday", "Sunday"]
    assert (row.username, row.check_state) == ("dealer-login", "connected")
    page = client.get(url).text
    assert is_checked(page, "disabled_on")
    assert not is_checked(page, "disabled_on-1")
    assert not is_checked(page, "clear_previous")


@pytest.mark.parametrize("bad", [{"quantity_column": "both"}, {"disabled_on": "Caturday"}])
def test_settings_outside_their_lists_are_refused(
    client: LintingClient, url: str, dealer: Dealer, bad: dict[str, str]
):
    make_configuration(dealer)
    response = client.post(f"{url}/settings", data={**SETTINGS, **bad})
    assert response.status_code == 422
    assert "error-summary" in response.text
    assert stored(dealer).quantity_column == "on_hand"


def test_a_stale_save_of_the_settings_is_a_conflict_too(client: LintingClient, url: str, dealer: Dealer):
    make_configuration(dealer)
    (seen,) = version(client.get(url).text)
    client.post(f"{url}/settings", data={"quantity_column": "on_hand", "version": seen})
    answer = client.post(f"{url}/settings", data={**SETTINGS, "version": seen})
    assert answer.status_code == 409
    assert "Quantity Column On Hand" in answer.text
    assert stored(dealer).quantity_column == "on_hand"
