"""Database triggers keep each dealer's latest runs, whoever writes to them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from tests.factories import make_dealer, make_run, make_run_item
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Dealer, RecentRuns, Run
from webapp.runs import lifecycle


@pytest.fixture
def dealer(app: Flask) -> Dealer:
    return make_dealer("Prairie Powersports")


def recent(dealer: Dealer) -> tuple[int, str, datetime | None, float | None] | None:
    row = db.session.get(RecentRuns, dealer.id, populate_existing=True)
    return row and (row.last_id, row.last_status, row.succeeded_at, row.unmatched)


def end(run: Run, status: str, at: datetime) -> None:
    run.status, run.finished_at = status, at
    db.session.commit()


def test_a_dealer_without_runs_has_none(dealer: Dealer):
    assert recent(dealer) is None


def test_the_last_run_is_known_from_its_beginning_and_a_success_until_the_next(dealer: Dealer):
    monday = clock.now() - timedelta(days=1)
    first = lifecycle.record(dealer, "manual").run
    assert recent(dealer) == (first.id, "queued", None, None)
    make_run_item(first, "TR", synced=3, skipped=1)
    end(first, "succeeded", monday)
    assert recent(dealer) == (first.id, "succeeded", monday, 0.25)
    second = lifecycle.record(dealer, "manual").run
    assert recent(dealer) == (second.id, "queued", monday, 0.25)
    end(second, "failed", clock.now())
    assert recent(dealer) == (second.id, "failed", monday, 0.25)


def test_cancelling_is_noticed_and_other_dealers_are_left_alone(dealer: Dealer):
    other = make_dealer("Lakeside Cycle")
    theirs = make_run(other, "partial")
    own = lifecycle.record(dealer, "manual").run
    lifecycle.cancel(own)
    assert recent(dealer) == (own.id, "cancelled", None, None)
    assert recent(other) == (theirs.id, "partial", None, None)


def test_an_older_run_that_ends_later_is_not_taken_for_the_last(dealer: Dealer):
    older, newer = make_run(dealer, "partial"), make_run(dealer, "failed")
    now = clock.now()
    end(older, "succeeded", now)
    assert recent(dealer) == (newer.id, "failed", now, None)


def test_removed_runs_are_forgotten(dealer: Dealer):
    first, second = make_run(dealer, "partial"), make_run(dealer, "failed")
    db.session.delete(second)
    db.session.commit()
    assert recent(dealer) == (first.id, "partial", None, None)
    db.session.delete(first)
    db.session.commit()
    assert recent(dealer) is None
