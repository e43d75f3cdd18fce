"""The page of a restore: its preview, the choice of codes, the file, and the request (R25)."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.factories import (
    make_changes,
    make_manufacturer,
    make_product,
    make_run,
    make_run_item,
    make_supplier_code,
)
from tests.factories.shelf import make_shelf_stock
from tests.webapp.client import LintingClient
from webapp.core import clock
from webapp.core.spreadsheet import BOM
from webapp.extensions import db
from webapp.models import Dealer, Freeze, Manufacturer, Restore, Run, User
from webapp.pulls.stock import Stock
from webapp.runs import lifecycle


@pytest.fixture
def run(dealer: Dealer) -> Run:
    """A run that sold out a chain of HO and received a belt of KA, before one that received a chain."""
    run = make_run(dealer)
    honda = make_manufacturer("Honda", "oem")
    chain, belt = make_product(honda, "H-2", name="Chain"), make_product(honda, "H-1", name="Belt")
    make_shelf_stock(dealer, chain, honda, "HO", 2, 1000)
    make_shelf_stock(dealer, belt, honda, "KA", 3, 500)
    make_changes(make_run_item(run, "HO"), (chain, honda, Stock(5, 1000, 1), Stock(0, 1000, 1)))
    make_changes(make_run_item(run, "KA"), (belt, honda, None, Stock(3, 500, 1)))
    later = make_run_item(
        make_run(dealer, trigger="scheduled", slot_date=clock.now().date(), slot_hour=7), "HO"
    )
    make_changes(later, (chain, honda, Stock(0, 1000, 1), Stock(2, 1000, 1)))
    return run


def path(run: Run, rest: str = "") -> str:
    return f"/dealers/{run.dealer_id}/runs/{run.id}/restore{rest}"


def form_of(page: str, **changes: object) -> dict[str, object]:
    names = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.split('id="confirm-heading"')[1])
    codes = [value for name, value in names if name == "code"]
    return {**dict(names), "code": codes, **changes}


def test_the_page_of_the_run_leads_to_the_preview(client: LintingClient, run: Run) -> None:
    assert path(run) in client.get(path(run).removesuffix("/restore")).text


def test_the_preview_shows_what_changes_and_what_else_is_undone(client: LintingClient, run: Run) -> None:
    page = client.get(path(run)).text
    assert "Restore 2 products" in page
    # Within reach, above the long list.
    assert page.index('id="restore"') < page.index("Largest changes in stock value")
    assert "All 2 changes (CSV)" in page
    assert page.count("Updated as reported") == 2
    assert "Scheduled for 7:00 AM" in page
    assert "+$15.00" in page


def test_only_the_chosen_codes_are_previewed_and_downloaded(client: LintingClient, run: Run) -> None:
    assert "Restore 1 product<" in client.get(path(run, "?chosen=y&code=ho")).text
    answer = client.get(path(run, "/changes.csv?chosen=y&code=ho"))
    (row,) = csv.DictReader(io.StringIO(answer.text.removeprefix(BOM), newline=""))
    assert (row["part_number"], row["quantity_before"], row["quantity"]) == ("H-2", "2", "5")
    assert 'id="restore"' not in client.get(path(run, "?chosen=y")).text


def test_the_request_is_a_run_of_its_own(client: LintingClient, run: Run, user: User) -> None:
    answer = client.post(path(run), data=form_of(client.get(path(run, "?chosen=y&code=ho")).text))
    started = db.session.scalars(select(Run).where(Run.trigger == "restore")).one()
    assert (answer.status_code, answer.location) == (303, f"/dealers/{run.dealer_id}/runs/{started.id}")
    assert started.requested_by_id == user.id
    assert db.session.get_one(Restore, started.id).code_keys == ["ho"]
    assert f"Run {started.id}</a> is in progress" in client.get(path(run)).text


def test_the_codes_are_frozen_with_the_request(client: LintingClient, run: Run) -> None:
    honda = db.session.scalars(select(Manufacturer)).one()
    make_supplier_code(run.dealer, "HO", honda)
    form = form_of(client.get(path(run)).text, freeze="until", reason="Bad data")
    answer = client.post(path(run), data=form)
    assert (answer.status_code, "Enter the date and time" in answer.text) == (409, True)
    assert lifecycle.active(run.dealer_id) is None
    client.post(path(run), data={**form, "ends_at": f"{clock.now() + timedelta(days=2):%Y-%m-%dT%H:%M}"})
    freeze = db.session.scalars(select(Freeze)).one()
    assert (freeze.code_key, freeze.reason, freeze.ends_at is None) == ("ho", "Bad data", False)
    assert lifecycle.active(run.dealer_id) is not None


def test_an_outdated_preview_is_shown_again(client: LintingClient, run: Run) -> None:
    form = form_of(client.get(path(run)).text)
    make_changes(
        make_run_item(make_run(run.dealer), "KA"),
        (
            make_product(make_manufacturer("Yamaha", "oem"), "Y-1"),
            make_manufacturer("Suzuki", "oem"),
            None,
            Stock(1, None, 1),
        ),
    )
    answer = client.post(path(run), data=form)
    assert (answer.status_code, "changed after this preview" in answer.text) == (409, True)
    assert lifecycle.active(run.dealer_id) is None


def test_a_run_that_is_too_old_says_so(client: LintingClient, run: Run) -> None:
    run.started_at = clock.now() - timedelta(days=31)
    db.session.commit()
    answer = client.get(path(run))
    assert (answer.status_code, "is too old: changes are stored for 30 days" in answer.text) == (409, True)
    assert path(run) not in client.get(path(run).removesuffix("/restore")).text


def test_staff_can_restore(staff: LintingClient, run: Run) -> None:
    assert staff.post(path(run), data=form_of(staff.get(path(run)).text)).status_code == 303
