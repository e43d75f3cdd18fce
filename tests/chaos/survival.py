"""The tests of disturbed runs, the same on each database.

`CHAOS_TRIALS` sets the kills on each database (default 2). From 20 on every other disturbance is tried too,
and lasts as long as in practice. `CHAOS_SEED` chooses other moments.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from random import Random

import pytest

from benchmarks.snapshot import differences, take_snapshot
from sandbox.servers.redis import RedisServer
from tests.chaos import instrumented_worker, signals
from tests.chaos.database_faults import (
    Disturbances,
    database_faults,
    disk_full_to_the_end,
    full_disk,
)
from tests.chaos.harness import Harness
from tests.chaos.kills import kills
from tests.chaos.redis_outages import outages
from tests.chaos.service_faults import all_faults, service_faults
from tests.chaos.trials import failed
from tests.chaos.volume import Disk
from webapp.extensions import db

TRIALS = int(os.environ.get("CHAOS_TRIALS", "2"))
SEED = int(os.environ.get("CHAOS_SEED", "4"))
IS_FULL = TRIALS >= 20
OUTAGE_SECONDS = 120.0 if IS_FULL else 3.0


@dataclass(frozen=True)
class Deployment:
    """A harness, and the servers that are disturbed beside its workers."""

    harness: Harness
    redis: RedisServer
    disturbances: Disturbances
    disk: Disk


class Survival:
    """A disturbed run must leave exactly what an undisturbed one leaves, and do it once."""

    @pytest.fixture
    def random(self) -> Random:
        """The same choices each time, and others on each database."""
        return Random(f"{SEED} {type(self).__name__}")

    def test_the_times_of_every_phase_are_known(self, deployment: Deployment) -> None:
        phases = set(deployment.harness.moments[0])
        assert phases >= {
            instrumented_worker.PAGES,
            instrumented_worker.APPLYING,
            instrumented_worker.APPLIED,
            instrumented_worker.REPORTS,
        }

    def test_a_killed_run_is_taken_over(self, deployment: Deployment, random: Random) -> None:
        assert failed(kills(deployment.harness, TRIALS, random)) == []

    def test_a_terminated_worker_requeues_its_run(self, deployment: Deployment, random: Random) -> None:
        assert failed(signals.terminations(deployment.harness, TRIALS // 10 or 1, random)) == []

    def test_a_paused_worker_writes_nothing_after_a_takeover(
        self, deployment: Deployment, random: Random
    ) -> None:
        assert failed(signals.pauses(deployment.harness, TRIALS // 10 or 1, random)) == []

    def test_a_failing_service_changes_nothing_wrongly(self, deployment: Deployment, random: Random) -> None:
        count = len(all_faults()) if IS_FULL else 2 * TRIALS
        assert failed(service_faults(deployment.harness, count, random)) == []

    def test_a_redis_outage_loses_and_repeats_no_run(self, deployment: Deployment, random: Random) -> None:
        count = 4 if IS_FULL else 1
        trials = outages(deployment.harness, deployment.redis, count, OUTAGE_SECONDS, random)
        assert failed(trials) == []

    def test_a_failing_database_only_delays_a_run(self, deployment: Deployment, random: Random) -> None:
        quick = random.choice(deployment.disturbances[:-1])
        disturbances = deployment.disturbances if IS_FULL else [quick]
        assert failed(database_faults(deployment.harness, disturbances, random)) == []

    def test_a_full_disk_only_delays_a_run(self, deployment: Deployment) -> None:
        tests = [full_disk, disk_full_to_the_end] if IS_FULL else [full_disk]
        assert failed([test(deployment.harness, deployment.disk) for test in tests]) == []

    def test_the_comparison_finds_one_missing_row(self, deployment: Deployment) -> None:
        harness = deployment.harness
        run_id = harness.last_run
        assert differences(harness.finish(run_id), harness.reference) == []
        db.session.execute(db.text("DELETE FROM webstore_figures WHERE product_id = 1"))
        db.session.commit()
        found = take_snapshot(harness.dealer_id, run_id)
        assert differences(found, harness.reference) == ["index", "webstore figures"]
