"""Metrics of the current state, read from rows on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import (
    make_configuration,
    make_dealer,
    make_held_clearing,
    make_held_pull,
    make_manufacturer,
    make_product,
    make_run,
    make_run_item,
    make_supplier_code,
    save,
)
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Alert, Dealer, Manufacturer, OutboxEntry
from webapp.operations.metrics import figures
from webapp.search import noted_products
from webapp.web import job_heartbeats


@pytest.fixture
def dealer(app: Flask) -> Dealer:
    """A dealer that is enabled and has a code."""
    return syncing("Prairie")


def syncing(name: str) -> Dealer:
    dealer = make_dealer(name)
    make_configuration(dealer)
    maker = db.session.scalar(select(Manufacturer)) or make_manufacturer("Tucker")
    make_supplier_code(dealer, "TR", maker)
    return dealer


def ago(**span: float) -> datetime:
    return clock.now() - timedelta(**span)


def test_figures_of_an_empty_database_are_zero(app: Flask) -> None:
    found = figures.read()
    assert (found.active, found.dead, found.dealers, found.notes) == ({"queued": 0, "running": 0}, 0, 0, 0)
    assert found.oldest_success == found.oldest_note == found.oldest_queued == 0.0


def test_active_runs_and_those_whose_worker_died(app: Flask) -> None:
    make_run(make_dealer("A"), "queued", queued_at=ago(minutes=10))
    # It let others go first since.
    make_run(make_dealer("D"), "queued", queued_at=ago(hours=2), yielded_at=ago(minutes=1))
    make_run(make_dealer("B"), "running", heartbeat_at=ago(seconds=10))
    make_run(make_dealer("C"), "running", heartbeat_at=ago(seconds=100))
    found = figures.read()
    assert found.active == {"queued": 2, "running": 2}
    assert found.dead == 1
    assert 600 <= found.oldest_queued < 900


def test_dealers_without_a_success_are_counted_by_how_long(dealer: Dealer) -> None:
    for hours in (1, 8, 14, 60):
        one = syncing(f"Since {hours}")
        make_run(one, "succeeded", finished_at=ago(hours=hours))
        make_run(one, "failed")
    found = figures.read()
    assert found.dealers == 5
    assert found.without_success == {7: 3, 13: 2, 25: 1, 49: 1}
    assert 60 * 3600 <= found.oldest_success < 61 * 3600


def test_a_dealer_that_never_had_a_success_counts_from_its_beginning(dealer: Dealer) -> None:
    dealer.created_at = ago(hours=30)
    db.session.commit()
    assert figures.read().without_success == {7: 1, 13: 1, 25: 1, 49: 0}


def test_dealers_that_expect_no_run_do_not_count(dealer: Dealer) -> None:
    make_configuration(make_dealer("No codes"))
    make_configuration(syncing("Off"), enabled=False)
    assert figures.read().dealers == 1


def test_the_outbox_and_its_oldest_entry(dealer: Dealer) -> None:
    product = make_product(make_manufacturer("Parts"), "A")
    for minutes in (30, 10):
        save(OutboxEntry(dealer_id=dealer.id, product_id=product.id, noted_at=ago(minutes=minutes)))
    noted_products.note(db.session.connection(), dealer.id, [product.id, product.id + 1])
    db.session.commit()
    found = figures.read()
    assert found.notes == 4
    assert 1800 <= found.oldest_note < 2400
    db.session.execute(db.delete(OutboxEntry))
    db.session.commit()
    found = figures.read()
    assert (found.notes, found.oldest_note < 600) == (2, True)


def test_open_alerts_by_cause(dealer: Dealer) -> None:
    for subject, closed_at in (("", None), ("TR", None), ("PU", clock.now())):
        alert = Alert(
            dealer_id=dealer.id,
            dealer_key=dealer.id,
            cause="held",
            subject=subject,
            sentence="x",
            closed_at=closed_at,
        )
        db.session.add(alert)
    db.session.commit()
    assert figures.read().open_alerts == {"held": 2}


def test_what_waits_for_a_decision_and_for_how_long(dealer: Dealer) -> None:
    run = make_run(dealer, "partial")
    make_held_pull(make_run_item(run, "TR"), held_at=ago(hours=2))
    make_held_pull(make_run_item(run, "PU"), held_at=ago(hours=9), state="kept")
    make_held_clearing(make_run_item(run, "KA"), held_at=ago(hours=1))
    make_held_clearing(make_run_item(run, "WP"), held_at=ago(hours=8), state="applied")
    found = figures.read()
    assert found.held == {"update": 1, "zero_out": 1}
    assert 7200 <= found.oldest_hold < 8000


def test_how_long_ago_a_periodic_job_was_done(app: Flask) -> None:
    job_heartbeats.record_completion(job_heartbeats.TICK)
    job_heartbeats.record_completion(job_heartbeats.TICK)
    assert list(figures.read().done) == [job_heartbeats.TICK]
    assert figures.read().done[job_heartbeats.TICK] < 60
