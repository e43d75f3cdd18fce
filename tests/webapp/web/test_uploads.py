"""An unexpected file is refused, and is never read as text."""

from __future__ import annotations

import io

import pytest

from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.models import Dealer

pytestmark = ON_SQLITE


@pytest.mark.parametrize("name", ["email", "password", "next", "nobodys"])
def test_a_file_in_place_of_a_text_is_refused_at_sign_in(anonymous: LintingClient, name: str):
    response = anonymous.post("/login", data={name: (io.BytesIO(b"x"), "a.txt")})
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("lightspeed/credentials", "username"),
        ("lightspeed/credentials", "password"),
        ("alerts/recipients", "recipients"),
        ("supplier-codes", "supplier_code"),
        ("supplier-codes/import", "content"),
    ],
)
def test_a_file_in_place_of_a_text_is_refused_on_a_dealers_pages(
    client: LintingClient, dealer: Dealer, path: str, name: str
):
    response = client.post(f"/dealers/{dealer.id}/{path}", data={name: (io.BytesIO(b"x"), "a.txt")})
    assert response.status_code == 400


def test_a_text_in_place_of_a_file_is_not_a_file(client: LintingClient, dealer: Dealer):
    response = client.post(f"/dealers/{dealer.id}/supplier-codes/import/preview", data={"file": "a.csv"})
    assert response.status_code == 422
    assert "Choose a CSV file first" in response.text
