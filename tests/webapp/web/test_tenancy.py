"""A dealer sees its own pages, staff every dealer's. All addresses are tried in tests/webapp/tenancy."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.factories import make_dealer
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.extensions import db
from webapp.models import Dealer, User

pytestmark = ON_SQLITE


@pytest.fixture
def other(app: Flask) -> Dealer:
    return make_dealer("Lakeside Cycle")


def test_staff_reach_every_page_of_every_dealer(staff: LintingClient, dealer: Dealer, other: Dealer):
    for each in (dealer, other):
        for path in ("", "/lightspeed", "/supplier-codes", "/supplier-codes/new", "/runs", "/runs/new"):
            page = staff.get(f"/dealers/{each.id}{path}")
            assert page.status_code == 200
            assert f"You are working for <strong>{each.name}</strong>" in page.text


def test_a_dealers_user_does_not_see_the_acting_for_banner(client: LintingClient, dealer: Dealer):
    assert "You are working for" not in client.get(f"/dealers/{dealer.id}").text


def test_the_list_of_dealers_is_for_staff_alone(client: LintingClient, staff: LintingClient):
    assert client.get("/dealers").status_code == 403
    assert staff.get("/dealers").status_code == 200


def test_a_dealer_that_does_not_exist_is_not_found_by_staff_either(staff: LintingClient):
    assert staff.get("/dealers/4711/lightspeed").status_code == 404


def test_an_id_larger_than_the_database_can_hold_is_not_found(
    client: LintingClient, staff: LintingClient, dealer: Dealer
):
    assert staff.get("/dealers/99999999999999999999").status_code == 404
    assert client.get(f"/dealers/{dealer.id}/runs/2147483648").status_code == 404


def test_a_user_who_was_made_inactive_is_asked_to_sign_in(client: LintingClient, user: User, dealer: Dealer):
    user.active = False
    db.session.commit()
    assert client.get(f"/dealers/{dealer.id}").status_code == 302
