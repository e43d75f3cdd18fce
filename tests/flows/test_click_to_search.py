"""From Queue Inventory Update to the product in the webstore, through real processes."""

from __future__ import annotations

import csv
import io
import json

from flask import Flask
from flask_security import hash_password

from tests.factories import make_manufacturer, make_user
from tests.flows.conftest import Program, wait_until
from tests.sync_harness import SyncHarness, part
from tests.webapp.client import LintingClient
from webapp.extensions import db
from webapp.models import Run
from webapp.runs import lifecycle
from webapp.search import outbox

EMAIL, PASSWORD = "parts@northwind.example", "a long enough one"


def test_from_the_click_to_the_webstore(app: Flask, harness: SyncHarness, program: Program) -> None:
    harness.map_code(
        "TR", make_manufacturer("Tucker", numbers=["BRK-100"]), lead_time_days=2, pricing="retail"
    )
    harness.set_parts(part("TR", "BRK-100", 6, Retail=24.5), part("TR", "UNKNOWN", 1))
    dealer_id = harness.dealer.id
    make_user(EMAIL, harness.dealer, hash_password(PASSWORD))
    for _ in range(2):
        program.fork("jobs.worker", "control", "index", "sync")
    # Its requests have a session each: one that goes on from a page's reading could not wait for the workers.
    app.test_client_class = LintingClient
    browser = app.test_client()

    signed_in = browser.post("/login", data={"email": EMAIL, "password": PASSWORD})
    assert signed_in.status_code == 302
    asked = browser.get(f"/dealers/{dealer_id}/runs/new")
    assert "Queue Inventory Update" in asked.text
    pressed = browser.post(f"/dealers/{dealer_id}/runs", data={})
    assert pressed.status_code == 303
    page = pressed.headers["Location"]
    run_id = int(page.rstrip("/").rsplit("/", 1)[1])
    wait_until(lambda: lifecycle.active(dealer_id) is None, "the run's end", program)
    wait_until(lambda: outbox.pending() == 0, "an empty outbox", program)

    assert db.session.get_one(Run, run_id, populate_existing=True).status == "succeeded"
    shown = browser.get(page).text
    assert "Succeeded" in shown
    file = browser.get(f"{page}/reports/inventory.csv").text
    rows = list(csv.DictReader(io.StringIO(file)))
    assert [(row["part_number"], row["shelf_quantity"], row["change"]) for row in rows] == [
        ("BRK-100", "6", "new")
    ]
    left_out = list(csv.DictReader(io.StringIO(browser.get(f"{page}/reports/skipped.csv").text)))
    assert [row["part_number"] for row in left_out] == ["UNKNOWN"]
    found = program.flask("webstore", "search", "--dealer", str(dealer_id), "brk100")
    assert json.loads(found.stdout) == {
        "catalog": "aftermarket",
        "brand": "Tucker",
        "mpn": "BRK-100",
        "name": "Product BRK-100",
        "shelf_quantity": 6,
        "sale_price": 24.5,
        "lead_time_days": 2,
    }
