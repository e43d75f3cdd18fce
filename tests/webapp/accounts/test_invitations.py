"""Staff invite a user for a dealer without typing its exact name."""

from __future__ import annotations

import re

import pytest

from tests.factories import make_dealer, make_organization
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.extensions import db
from webapp.models import Dealer, User

EMAIL = "new@prairie.example"


def invited() -> User | None:
    return db.session.scalar(db.select(User).where(User.email == EMAIL))


def options(page: str) -> list[str]:
    return re.findall(r'<option value="([^"]+)">', page)


def invite(staff: LintingClient, address: str = "/invitations", **fields: object):
    return staff.post(address, data={"email": EMAIL, "role": "dealer", **fields})


def test_the_address_settles_the_dealer(staff: LintingClient, dealer: Dealer):
    page = staff.get(f"/invitations/new?dealer={dealer.id}").text
    assert "<h1" in page
    assert "Invite a user to Prairie Powersports" in page
    assert f'<input type="hidden" name="dealer" value="{dealer.id}">' in page
    assert 'type="radio"' not in page
    refused = invite(staff, f"/invitations?dealer={dealer.id}", dealer=dealer.id, email="nobody")
    assert refused.status_code == 422
    assert f'<input type="hidden" name="dealer" value="{dealer.id}">' in refused.text
    assert invite(staff, f"/invitations?dealer={dealer.id}", dealer=dealer.id).status_code == 303
    assert invited().dealer_id == dealer.id
    assert staff.get("/invitations/new?dealer=4711").status_code == 404


@ON_SQLITE
def test_every_page_of_a_dealer_leads_there(staff: LintingClient, dealer: Dealer):
    for path in (f"/dealers/{dealer.id}", f"/dealers/{dealer.id}/details"):
        assert f'href="/invitations/new?dealer={dealer.id}"' in staff.get(path).text


def test_dealers_are_suggested_by_their_name_and_their_organizations(staff: LintingClient):
    group = make_organization("Prairie Group")
    member = make_dealer("Lakeside Cycle", organization=group)
    first, second = make_dealer("Prairie Powersports"), make_dealer("Big Prairie")
    make_dealer("Harbor Marine")
    page = staff.hx("GET", "/invitations/dealers?dealer=prairie").text
    found = (first, second, member)
    assert options(page) == [f"{one.name} ({one.id})" for one in found]
    assert ">Prairie Group</option>" in page
    assert options(staff.hx("GET", "/invitations/dealers?dealer=").text) == []
    assert options(staff.hx("GET", "/invitations/dealers?dealer=%25").text) == []


def test_a_suggestion_is_accepted_as_it_is_filled_in(staff: LintingClient):
    make_dealer("Twice")
    second = make_dealer("Twice")
    assert invite(staff, dealer=f"Twice ({second.id})").status_code == 303
    assert invited().dealer_id == second.id


@pytest.mark.parametrize("typed", ["prai", "Prairie Powersports", "prairie powersports "])
def test_without_script_an_inexact_name_offers_the_dealers_that_match(staff: LintingClient, typed: str):
    dealers = [make_dealer("Prairie Powersports") for _ in range(2)]
    response = invite(staff, dealer=typed)
    assert response.status_code == 422
    assert "Choose one of these dealers" in response.text
    assert options(response.text) == [str(dealer.id) for dealer in dealers]
    assert invited() is None
    assert invite(staff, dealer=dealers[1].id).status_code == 303


def test_a_number_that_does_not_fit_its_name_is_not_taken(staff: LintingClient, dealer: Dealer):
    other = make_dealer("Other")
    for typed in (f"Prairie Powersports ({other.id})", "999999999999", f"({dealer.id})", "0"):
        assert invite(staff, dealer=typed).status_code == 422
    assert invited() is None


def test_an_organization_offers_its_dealers(staff: LintingClient):
    group = make_organization("Big Sky")
    for name in ("Zeta", "Alpha"):
        make_dealer(name, organization=group)
    make_dealer("Other")
    page = staff.get(f"/invitations/new?organization={group.id}").text
    assert re.findall(r"<option [^>]*>(\w+) \(", page) == ["Alpha", "Zeta"]
    assert f'action="/invitations?organization={group.id}"' in page
    refused = invite(staff, f"/invitations?organization={group.id}", dealer=1, email="nobody")
    assert re.findall(r"<option [^>]*>(\w+) \(", refused.text) == ["Alpha", "Zeta"]


@ON_SQLITE
def test_suggestions_are_for_staff_only(client: LintingClient):
    assert client.get("/invitations/dealers?dealer=a").status_code == 403
