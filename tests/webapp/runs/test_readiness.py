"""Since when a dealer is ready for scheduled runs, whatever made it ready (R6)."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pytest

from tests.factories import make_dealer, make_manufacturer
from webapp import supplier_codes
from webapp.core import clock
from webapp.core.spreadsheet import FileRefused
from webapp.dealers import dealer_admin
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Configuration, Dealer
from webapp.runs import readiness
from webapp.supplier_codes import Fields

TUCKER = Fields("aftermarket", "TR", "Tucker Rocky")
LIST = b"catalog,supplier_code,manufacturer,lead_time_days,pricing\naftermarket,TR,Tucker Rocky,1,\n"


@pytest.fixture
def dealer(app: object) -> Dealer:
    make_manufacturer("Tucker Rocky")
    return make_dealer()


@pytest.fixture
def connected(dealer: Dealer) -> Dealer:
    configuration = configurations.of(dealer)
    configurations.save_credentials(configuration, enabled=True, cmf="4711", username="u", password="p")
    hear(dealer, None)
    return dealer


def hear(dealer: Dealer, refusal: str | None) -> None:
    """Have a run tell what it heard of the credentials; no validation is under way."""
    db.session.execute(
        db.update(Configuration).where(Configuration.check_state == "checking").values(check_state="refused")
    )
    configurations.record_finding(dealer.id, refusal)
    db.session.commit()


def ready_since(dealer: Dealer) -> datetime | None:
    return db.session.get_one(Configuration, dealer.id, populate_existing=True).ready_since


def is_ready(dealer: Dealer) -> bool:
    since = ready_since(dealer)
    return since is not None and clock.now() - since < timedelta(minutes=10)


@pytest.mark.parametrize("way", ["add", "add_all", "import"])
def test_the_first_code_makes_a_connected_dealer_ready(connected: Dealer, way: str) -> None:
    assert ready_since(connected) is None
    if way == "add":
        supplier_codes.add(connected, TUCKER)
    elif way == "add_all":
        supplier_codes.add_all(connected, [TUCKER])
    else:
        supplier_codes.import_csv(connected, io.BytesIO(LIST))
    assert is_ready(connected)


def test_a_later_code_or_refusal_keeps_the_ready_time(connected: Dealer) -> None:
    supplier_codes.add(connected, TUCKER)
    first = ready_since(connected)
    make_manufacturer("Honda", "oem")
    supplier_codes.add(connected, Fields("oem", "HO", "Honda"))
    hear(connected, "Lightspeed refused.")
    hear(connected, None)
    configurations.save_credentials(configurations.of(connected), enabled=True, password="other")
    assert ready_since(connected) == first


def test_removing_the_last_code_ends_readiness_and_the_next_code_starts_it_again(connected: Dealer) -> None:
    row = supplier_codes.add(connected, TUCKER)
    first = ready_since(connected)
    supplier_codes.remove(row, clear=False)
    assert ready_since(connected) is None
    supplier_codes.add(connected, TUCKER)
    again = ready_since(connected)
    assert first is not None
    assert again is not None
    assert again > first


def test_credentials_that_never_worked_do_not_make_a_dealer_ready(dealer: Dealer) -> None:
    supplier_codes.add(dealer, TUCKER)
    configuration = configurations.of(dealer)
    configurations.save_credentials(configuration, enabled=True, cmf="4711", username="u", password="p")
    assert ready_since(dealer) is None
    hear(dealer, "Lightspeed refused.")
    assert ready_since(dealer) is None
    hear(dealer, None)
    assert is_ready(dealer)


@pytest.mark.parametrize("change", [{"enabled": False}, {"username": ""}, {"cmf": ""}])
def test_disabling_or_incomplete_credentials_end_readiness(
    connected: Dealer, change: dict[str, object]
) -> None:
    supplier_codes.add(connected, TUCKER)
    configurations.save_credentials(configurations.of(connected), **change)  # type: ignore[arg-type]
    assert ready_since(connected) is None


def test_changes_made_elsewhere_are_found_by_the_tick(connected: Dealer) -> None:
    supplier_codes.add(connected, TUCKER)
    now = clock.now()
    db.session.execute(db.update(Configuration).values(ready_since=None))
    readiness.reconcile(now)
    assert ready_since(connected) == now
    db.session.execute(db.update(Configuration).values(enabled=False))
    readiness.reconcile(now)
    assert ready_since(connected) is None


def test_a_refused_list_does_not_make_a_dealer_ready(connected: Dealer) -> None:
    with pytest.raises(FileRefused):
        supplier_codes.import_csv(connected, io.BytesIO(LIST + b"oem,X,Nobody,,\n"))
    assert ready_since(connected) is None


def test_a_closed_dealer_is_ready_again_only_when_it_is_reopened_and_connected(connected: Dealer) -> None:
    supplier_codes.add(connected, TUCKER)
    dealer_admin.close(connected)
    assert ready_since(connected) is None
    dealer_admin.reopen(connected)
    assert ready_since(connected) is None
    hear(connected, None)
    assert is_ready(connected)
