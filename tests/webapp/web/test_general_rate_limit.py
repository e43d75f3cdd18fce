"""A client that sends far more requests than usual is throttled, and no other is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import close_all_sessions

from tests.conftest import settings
from tests.factories import make_user
from tests.webapp.accounts.test_sign_in import token
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.application import create_app
from webapp.extensions import db
from webapp.models import Dealer
from webapp.web import general_rate_limit

pytestmark = ON_SQLITE
ALLOWED = 4


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    few = {"GENERAL_RATE_LIMIT": f"{ALLOWED} per minute"}
    app = create_app(settings(database_url, tmp_path) | few)
    with app.app_context():
        yield app
        close_all_sessions()
        db.engine.dispose()


def test_changes_searches_and_exports_count_together(app: Flask, client: LintingClient, dealer: Dealer):
    here = f"/dealers/{dealer.id}"
    asked = [
        client.post(f"{here}/alerts/tests"),
        client.get(f"{here}/inventory?q=filter"),
        client.get(f"{here}/supplier-codes/export.csv"),
        client.post("/account/sessions/others/ending"),
    ]
    assert 429 not in [answer.status_code for answer in asked]
    refused = client.get(f"{here}/inventory?q=filter")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 61
    assert "Wait a minute" in refused.text
    assert "password" not in refused.text
    by_htmx = client.hx("POST", f"{here}/alerts/tests")
    assert (by_htmx.status_code, by_htmx.headers["HX-Reswap"]) == (429, "none")
    assert client.get(f"{here}/inventory/export.csv").status_code == 429
    # A started run can still be watched and cancelled.
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post("/logout", data={"csrf_token": token(client, here)}).status_code == 302


def test_polls_and_files_do_not_count(client: LintingClient, dealer: Dealer):
    here = f"/dealers/{dealer.id}"
    for path in (here, f"{here}/alerts/deliveries", f"{here}/lightspeed/connection") * ALLOWED:
        assert client.hx("GET", path).status_code == 200
    assert client.get(f"{here}/inventory?q=filter").status_code == 200


def test_each_user_has_a_limit_and_so_has_each_anonymous_address(
    app: Flask, anonymous: LintingClient, staff: LintingClient
):
    other = app.test_client().sign_in(make_user("other@example.com"))
    for _ in range(ALLOWED):
        assert staff.get("/users?matching=a").status_code == 200
        assert anonymous.post("/login").status_code == 422
    assert staff.get("/users?matching=a").status_code == 429
    assert anonymous.post("/login").status_code == 429
    assert other.get("/users?matching=a").status_code == 200
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert anonymous.post("/login", environ_base=elsewhere).status_code == 422
    assert staff.get("/users?matching=a", environ_base=elsewhere).status_code == 429


def test_every_search_and_every_export_is_counted(app: Flask):
    read = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    exports = {rule.endpoint for rule in read if rule.rule.endswith((".csv", ".xlsx"))}
    assert exports == general_rate_limit.EXPORTS
    assert {rule.endpoint for rule in read} >= general_rate_limit.SEARCHES
