"""A dealer sees its own pages and no other's; staff see every dealer's."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from tests.webapp.views.client import LintingClient
from tests.webapp.views.shop import Shop
from webapp.extensions import db
from webapp.models import Dealer, HeldClearing, Run, ShelfStock, SupplierCode, User

OPEN_TO_ALL = {
    *("static", "security.static", "security.login", "security.logout"),
    # A forgotten password; and the code after it, which is refused, and ends the session, without one.
    *("security.forgot_password", "security.reset_password", "security.two_factor_token_validation"),
    # For machines: these say nothing of any dealer, and metrics asks for a token.
    *("health.alive", "health.ready", "metrics.show"),
}


@pytest.fixture
def other(shop: Shop) -> Dealer:
    """Another dealer, with something behind every address."""
    dealer = shop.dealer("Lakeside Cycle")
    shop.configuration(dealer)
    shop.stock(shop.code(dealer, "TR", shop.manufacturer("Tucker")), "A")
    hold(shop, shop.run(dealer, "running"))
    return dealer


def hold(shop: Shop, run: Run) -> None:
    """A clearing of the run that waits for a decision."""
    item = shop.item(run, "TR")
    of_code = {"supplier_code": "TR", "code_key": "tr", "products": 100, "stocked": 120}
    db.session.add(HeldClearing(dealer_id=run.dealer_id, run_id=run.id, run_item_id=item.id, **of_code))
    db.session.commit()


def requests(app: Flask, dealer: Dealer) -> Iterator[tuple[str, str]]:
    """Every method and address of the app, with ids of this dealer's rows in it."""
    ids = {
        "dealer_id": dealer.id,
        "run_id": db.session.scalar(db.select(Run.id).where(Run.dealer_id == dealer.id)),
        "code_id": db.session.scalar(db.select(SupplierCode.id).where(SupplierCode.dealer_id == dealer.id)),
        "clearing_id": db.session.scalar(
            db.select(HeldClearing.id).where(HeldClearing.dealer_id == dealer.id)
        ),
        "product_id": db.session.scalar(
            db.select(ShelfStock.product_id).where(ShelfStock.dealer_id == dealer.id)
        ),
        # For staff alone, whichever it is.
        "import_id": 1,
        "kind": "inventory",
        "token": "forged",
    }
    for rule in app.url_map.iter_rules():
        if rule.endpoint not in OPEN_TO_ALL:
            for method in (rule.methods or set()) & {"GET", "POST"}:
                yield method, address(app, rule, ids)


def address(app: Flask, rule: Rule, ids: dict[str, object]) -> str:
    values = {name: ids[name] for name in rule.arguments}
    with app.test_request_context():
        built = app.url_map.bind("localhost").build(rule.endpoint, values, method=None)
    return str(built)


def test_a_dealers_user_finds_nothing_at_any_address_of_another_dealer(
    app: Flask, client: LintingClient, other: Dealer
):
    asked = [(method, path) for method, path in requests(app, other) if f"/dealers/{other.id}" in path]
    assert len(asked) > 20
    for method, path in asked:
        assert client.open(path, method=method).status_code == 404, path
        assert client.hx(method, path).status_code == 404, path


def test_what_another_dealer_owns_is_not_found_under_ones_own_address(
    app: Flask, client: LintingClient, dealer: Dealer, other: Dealer
):
    own, others = f"/dealers/{dealer.id}/", f"/dealers/{other.id}/"
    rules = [rule for rule in app.url_map.iter_rules() if {"run_id", "code_id"} & rule.arguments]
    assert len(rules) > 5
    for method, path in requests(app, other):
        if path.startswith(others) and any(character.isdigit() for character in path.removeprefix(others)):
            assert client.open(path.replace(others, own), method=method).status_code == 404, path


def test_nothing_of_another_dealer_is_changed_by_trying(app: Flask, client: LintingClient, other: Dealer):
    for method, path in requests(app, other):
        client.open(path, method=method)
    run = db.session.scalars(db.select(Run).where(Run.dealer_id == other.id)).one()
    assert run.status == "running"
    assert run.cancel_requested_at is None
    assert db.session.scalars(db.select(SupplierCode)).one().code == "TR"


def test_a_visitor_is_asked_to_sign_in_at_every_address(app: Flask, anonymous: LintingClient, other: Dealer):
    for method, path in requests(app, other):
        response = anonymous.open(path, method=method)
        assert response.status_code == 302, path
        assert response.location.startswith("/login"), path
        assert anonymous.hx(method, path).status_code in (401, 302), path


def test_staff_reach_every_page_of_every_dealer(
    app: Flask, staff: LintingClient, dealer: Dealer, other: Dealer
):
    for each in (dealer, other):
        for path in ("", "/lightspeed", "/supplier-codes", "/supplier-codes/new", "/runs", "/runs/new"):
            page = staff.get(f"/dealers/{each.id}{path}")
            assert page.status_code == 200
            assert f"You are working for <strong>{each.name}</strong>" in page.text


def test_a_dealers_user_is_not_told_for_whom_he_works(client: LintingClient, dealer: Dealer):
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
