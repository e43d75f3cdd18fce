"""Every slot starts once within two hours, or is recorded with the reason, whatever happens (R6).

`SIMULATION_DAYS=365` simulates a year from each begin, in all zones; `SIMULATION_SEED` chooses another one.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime

import pytest
from flask import Flask

from tests.simulation.evaluation import Evaluation, Verdict
from tests.simulation.history import ZONES
from tests.simulation.simulation import Simulation

DAYS = int(os.environ.get("SIMULATION_DAYS", "7"))
SEED = os.environ.get("SIMULATION_SEED")
IS_FULL = "SIMULATION_DAYS" in os.environ
SPRING_ZONES = ("America/Chicago", "Australia/Lord_Howe", "Antarctica/Troll")
AUTUMN_ZONES = ("America/Chicago", "America/St_Johns", "America/Havana")
# Hours, zones and seed. Two days after each begin clocks are put forward, by an hour in Chicago, by two in
# Troll, by half an hour in Lord Howe, or set back by an hour in all of AUTUMN_ZONES. The hours are around
# that change. Each seed leads to every outcome. That of autumn fails if a slot in the repeated hour starts at
# its second time.
BEGINS = {
    "2027-03-12": ((1, 7, 13, 19), SPRING_ZONES, 8),
    "2027-03-26": ((0, 1, 2, 3), SPRING_ZONES, 8),
    "2026-10-02": ((1, 2, 7, 13), SPRING_ZONES, 8),
    "2026-10-30": ((0, 1, 2, 13), AUTUMN_ZONES, 5),
}
MINIMUM_OUTCOMES = {"started": 5, "missed": 5, "skipped": 1, "not scheduled": 1}

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def simulate(begin: str, app: Flask) -> list[Verdict]:
    hours, zones, seed = BEGINS[begin]
    app.config["SYNC_HOURS"] = hours
    first = datetime.fromisoformat(begin).replace(tzinfo=UTC)
    simulation = Simulation(first, DAYS, int(SEED or seed), ZONES if IS_FULL else zones)
    simulation.run()
    return list(Evaluation(simulation, hours).verdicts())


@pytest.mark.parametrize("begin", BEGINS)
def test_every_slot_comes_out_right(app: Flask, begin: str) -> None:
    verdicts = simulate(begin, app)
    outcomes = Counter(verdict.outcome for verdict in verdicts)
    if SEED is None:
        assert [outcome for outcome, least in MINIMUM_OUTCOMES.items() if outcomes[outcome] < least] == []
    assert [verdict for verdict in verdicts if verdict.fault] == []
