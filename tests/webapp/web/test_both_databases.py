"""Queries of the pages, on each kind of database."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import event

from tests.factories import (
    make_configuration,
    make_manufacturer,
    make_run,
    make_run_item,
    make_stocked_product,
    make_supplier_code,
)
from tests.webapp.client import LintingClient
from webapp.extensions import db
from webapp.models import Configuration, Dealer, Run, User

SETTINGS = {"quantity_column": "available", "clear_previous": "y"}


@pytest.fixture
def written(client: LintingClient) -> list[str]:
    """Every statement from now on that changes something."""
    found: list[str] = []

    @event.listens_for(db.engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("SELECT", "WITH statuses", "BEGIN", "PRAGMA")):
            found.append(statement)

    return found


def test_pages_with_something_on_them_are_shown_and_write_nothing(
    client: LintingClient, dealer: Dealer, user: User, written: list[str]
):
    make_configuration(dealer)
    code = make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    make_stocked_product(code, "A")
    make_run_item(make_run(dealer, "partial", requested_by_id=user.id), "TR", synced=1)
    own = f"/dealers/{dealer.id}"
    paths = [
        own,
        f"{own}/lightspeed",
        f"{own}/supplier-codes",
        f"{own}/supplier-codes/new",
        f"{own}/supplier-codes/{code.id}",
        f"{own}/supplier-codes/{code.id}/removal",
        f"{own}/supplier-codes/export.csv",
        f"{own}/supplier-codes/import",
        f"{own}/supplier-codes/manufacturers?catalog=aftermarket&manufacturer=%25_",
        f"{own}/runs?before=2147483647&status=partial&since=2025-01-01&until=2099-12-31",
        f"{own}/runs/1",
        f"{own}/runs/new",
        f"{own}/alerts",
        f"{own}/alerts/deliveries",
    ]
    written.clear()
    for path in paths:
        assert client.get(path).status_code == 200, path
        assert client.hx("GET", path).status_code == 200, path
    assert written == []


def test_viewing_a_new_dealer_writes_nothing_either(staff: LintingClient, dealer: Dealer, written: list[str]):
    written.clear()
    for path in ("", "/lightspeed", "/runs/new", "/runs", "/supplier-codes", "/alerts"):
        assert staff.get(f"/dealers/{dealer.id}{path}").status_code == 200
    assert written == []


def test_a_dealers_day_from_saving_to_cancelling(client: LintingClient, dealer: Dealer):
    make_manufacturer("Tucker")
    own = f"/dealers/{dealer.id}"
    fields = {"catalog": "aftermarket", "supplier_code": "TR", "manufacturer": "tucker", "pricing": "retail"}
    login = {"enabled": "y", "username": "login", "password": "secret", "cmf": "123"}
    steps = [
        (f"{own}/lightspeed/credentials", login),
        (f"{own}/lightspeed/settings", SETTINGS | {"disabled_on": []}),
        (f"{own}/supplier-codes", fields),
        (f"{own}/supplier-codes/1", fields | {"supplier_code": "T2"}),
        (f"{own}/supplier-codes/1/position", {"direction": "up"}),
        (f"{own}/runs", {}),
        (f"{own}/runs/1/cancellation", {}),
        (f"{own}/supplier-codes/1/removal", {"clear": "y"}),
    ]
    for path, values in steps:
        assert client.post(path, data=values).status_code == 303, path


def at_once(app: Flask, user: User, path: str, values: dict[str, str]) -> list[int]:
    """The statuses of four posts of one person at the same moment, sorted."""
    clients = [app.test_client().sign_in(user) for _ in range(4)]  # type: ignore[attr-defined]
    db.session.rollback()
    start, statuses = threading.Barrier(len(clients)), []

    def post(each: LintingClient) -> None:
        start.wait()
        statuses.append(each.post(path, data=values).status_code)

    threads = [threading.Thread(target=post, args=(each,)) for each in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(statuses)


def test_of_two_concurrent_saves_one_gets_a_conflict(
    app: Flask, client: LintingClient, dealer: Dealer, user: User
):
    version = str(make_configuration(dealer).version)
    path = f"/dealers/{dealer.id}/lightspeed/settings"
    answers = at_once(app, user, path, SETTINGS | {"version": version})
    assert answers == [303, 409, 409, 409]
    assert db.session.get_one(Configuration, dealer.id).version == int(version) + 1


def test_of_two_users_who_remove_a_code_one_learns_that_it_was_removed(
    app: Flask, client: LintingClient, dealer: Dealer, user: User
):
    code = make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    answers = at_once(app, user, f"/dealers/{dealer.id}/supplier-codes/{code.id}/removal", {})
    assert answers[0] == 303
    assert set(answers[1:]) <= {404, 409}
    assert len(answers) == 4


def test_of_two_concurrent_clicks_one_queues_a_run(
    app: Flask, client: LintingClient, dealer: Dealer, user: User
):
    make_configuration(dealer)
    make_supplier_code(dealer, "TR", make_manufacturer("Tucker"))
    assert at_once(app, user, f"/dealers/{dealer.id}/runs", {}) == [303, 409, 409, 409]
    assert len(db.session.scalars(db.select(Run)).all()) == 1
