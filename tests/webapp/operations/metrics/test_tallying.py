"""Ended runs are added to the totals once each, and the totals outlive them."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete

from jobs.sync import lease
from tests.factories import make_dealer, make_run, make_run_item
from webapp.core import clock
from webapp.core.limits import HEARTBEAT_TIMEOUT
from webapp.extensions import db
from webapp.models import Dealer, Run
from webapp.operations.metrics import figures, tally
from webapp.operations.metrics.tallying import BEYOND, Sums


@pytest.fixture
def dealer(app: Flask) -> Dealer:
    return make_dealer()


def ended(dealer: Dealer, seconds: float, status: str = "succeeded", **counts: int) -> Run:
    """A run that took so long, with one item."""
    finished_at = clock.now()
    started_at = finished_at - timedelta(seconds=seconds)
    run = make_run(dealer, status, started_at=started_at, finished_at=finished_at)
    make_run_item(run, "TR", **counts)
    return run


def test_counts_of_ended_runs_are_the_same_before_and_after_tallying(dealer: Dealer) -> None:
    ended(dealer, 4, fetched=500, synced=480, requests=2, rate_waited_ms=1500)
    ended(dealer, 4.9, fetched=1)
    ended(dealer, 10_000, "failed")
    before = figures.read().ended
    assert tally() == 3
    after = figures.read().ended
    assert before == after
    assert set(after) == {("succeeded", 5), ("failed", BEYOND)}
    assert after["succeeded", 5] == Sums(2, 8900, 501, 480, requests=2, rate_waited_ms=1500)


def test_each_run_is_tallied_once(dealer: Dealer) -> None:
    for _ in range(3):
        ended(dealer, 1)
    assert [tally(limit=2), tally(limit=2), tally(limit=2)] == [2, 1, 0]
    assert figures.read().ended["succeeded", 5].runs == 3


def test_two_concurrent_tallies_count_each_run_once(app: Flask, dealer: Dealer) -> None:
    for _ in range(40):
        ended(dealer, 1)
    db.session.rollback()
    start, counts = threading.Barrier(4), []

    def work() -> None:
        with app.app_context():
            start.wait()
            counts.append(sum(tally(limit=5) for _ in range(10)))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 40
    assert figures.read().ended["succeeded", 5].runs == 40


def test_counts_outlive_their_runs(dealer: Dealer) -> None:
    ended(dealer, 1, synced=7)
    tally()
    db.session.execute(delete(Run))
    db.session.commit()
    assert figures.read().ended["succeeded", 5].synced == 7


def test_a_run_in_progress_is_not_tallied_but_its_requests_count(dealer: Dealer) -> None:
    run = make_run(dealer, "running")
    make_run_item(run, "TR", "running", requests=4, rate_waited_ms=250, fetched=100)
    assert tally() == 0
    found = figures.read()
    assert found.ended == {}
    assert found.under_way == Sums(requests=4, rate_waited_ms=250)


def test_a_run_that_was_cancelled_before_it_began_took_no_time(dealer: Dealer) -> None:
    make_run(dealer, "cancelled", started_at=None)
    tally()
    assert figures.read().ended == {("cancelled", 5): Sums(runs=1)}


@pytest.mark.parametrize("seconds", [-1, 1])
def test_a_run_counts_as_dead_when_workers_take_it_over(dealer: Dealer, seconds: int) -> None:
    heartbeat_at = clock.now() - HEARTBEAT_TIMEOUT - timedelta(seconds=seconds)
    make_run(dealer, "running", heartbeat_at=heartbeat_at)
    assert figures.read().dead == len(lease.dead_runs(clock.now())) == (1 if seconds > 0 else 0)
