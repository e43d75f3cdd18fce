from __future__ import annotations

import pytest

from benchmarks.fleet.answers import cores, cpu_seconds, least_seconds, workers_needed
from benchmarks.fleet.dealers import ONE_ZONE, fleet
from benchmarks.fleet.figures import Cost, Figures, Measurement
from benchmarks.fleet.setting import Setting
from benchmarks.fleet.simulation import simulate

COST = Cost(run=0.5, code=0.05, page=0.02)
FIGURES = Figures(0.5, 0.05, 0.01, 0.01, 0.02, 0.02, worker_cpu=COST, database_cpu=COST)
DEALERS = fleet(60, zones=ONE_ZONE)


def test_the_workers_needed_are_enough_and_one_fewer_are_not():
    within = 600.0
    found = workers_needed(DEALERS, FIGURES, Setting(1), within)
    assert found is not None
    workers, outcome = found
    assert outcome.last <= within
    assert simulate(DEALERS, FIGURES, Setting(workers - 1)).last > within


def test_no_number_of_workers_is_enough_where_the_limit_alone_takes_longer():
    shared = fleet(60, "all", ONE_ZONE)
    assert least_seconds(shared, Setting(1)) > 300
    assert workers_needed(shared, FIGURES, Setting(1), 300.0) is None


def test_a_shared_limit_is_used_up_whatever_the_workers():
    shared = fleet(60, "all", ONE_ZONE)
    outcome = simulate(shared, FIGURES, Setting(60))
    assert outcome.last == pytest.approx(least_seconds(shared, Setting(1)), abs=150)


def test_cpu_is_the_sum_over_runs_codes_and_pages():
    parts = sum(sum(dealer.codes) for dealer in DEALERS)
    assert cpu_seconds(DEALERS, COST) == pytest.approx(60 * (0.5 + 12 * 0.05) + parts / 500 * 0.02)


def test_the_cores_are_those_of_workers_that_are_all_busy():
    outcome = simulate(DEALERS, FIGURES, Setting(2))
    share = cpu_seconds(DEALERS, COST) / outcome.worked
    assert cores(DEALERS, COST, 2, outcome) == pytest.approx(2 * share)
    assert 0 < share < 1


def test_a_measurement_is_kept_and_found_again(tmp_path):
    measurement = Measurement("a machine", FIGURES, FIGURES)
    measurement.keep(tmp_path / "figures.json")
    assert Measurement.kept(tmp_path / "figures.json") == measurement
