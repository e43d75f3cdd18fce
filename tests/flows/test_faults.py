"""A small seeded sample of `python -m benchmarks.faults`; docs/reliability.md has the full set.

Each disturbed run must leave what the undisturbed one left: shelf, webstore figures, outbox, index, reports'
rows and counters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

import pytest
from redis import Redis

from benchmarks.faults import observed, service, signals
from benchmarks.faults.ground import Ground, ground
from benchmarks.faults.kills import kills
from benchmarks.faults.left import differing, left
from benchmarks.faults.trials import Trial
from sandbox.simulator.behavior import FaultKind
from tests.factories import is_postgresql
from webapp.extensions import db

SEED = 4
KILLS, FAULTS = 2, 4


@pytest.fixture
def learned(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[Ground]:
    """A dealer whose undisturbed runs are known; on each database."""
    redis = Redis.from_url(redis_url)
    redis.flushdb()
    with ground(database_url, redis_url, tmp_path, migrate=False) as made:
        made.learn()
        yield made
    redis.flushdb()


def wrong(trials: Iterable[Trial]) -> list[str]:
    return [f"{trial.kind}, {trial.what}: {trial.faults}" for trial in trials if not trial.survived]


def test_runs_survive_kills_signals_and_a_failing_service(learned: Ground) -> None:
    assert {*learned.moments[0]} >= {observed.PAGES, observed.APPLYING, observed.APPLIED, observed.REPORTS}
    assert wrong(kills(learned, KILLS, SEED)) == []
    assert wrong(signals.pauses(learned, 1, SEED)) == []
    assert wrong(signals.terminations(learned, 1, SEED)) == []
    assert wrong(service.tried(learned, kind, page) for kind, page in faults_of_the_service()) == []
    assert_that_less_is_seen(learned)


def faults_of_the_service() -> list[tuple[FaultKind, int]]:
    """Some kinds, others on each database, at pages that the seed chooses."""
    chance = Random(SEED + is_postgresql())
    return [(kind, chance.choice(list(service.PAGES))) for kind in chance.sample(service.KINDS, FAULTS)]


def assert_that_less_is_seen(learned: Ground) -> None:
    """The comparison itself must be able to fail: another run that leaves one row less does."""
    run_id = learned.next_run()
    found = learned.finish(run_id)
    expected = learned.references[learned.turn % 2]
    assert differing(found, expected) == []
    db.session.execute(db.text("DELETE FROM webstore_figures WHERE product_id = 1"))
    db.session.commit()
    assert differing(left(learned.dealer_id, run_id), expected) == ["index", "webstore figures"]
