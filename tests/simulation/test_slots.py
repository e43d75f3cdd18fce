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

DAYS = int(os.environ.get("SIMULATION_DAYS", "5"))
SEED = int(os.environ.get("SIMULATION_SEED", "4"))
IS_FULL = "SIMULATION_DAYS" in os.environ
# In some zone a clock is changed two days after each of these. The hours include those of gaps and folds.
BEGINS = {
    "2027-03-12": (1, 7, 13, 19),
    "2027-03-26": (0, 1, 2, 3),
    "2026-10-02": (1, 2, 7, 13),
}
SAMPLE = ZONES[:3]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def simulate(begin: str, hours: tuple[int, ...], app: Flask) -> list[Verdict]:
    app.config["SYNC_HOURS"] = hours
    first = datetime.fromisoformat(begin).replace(tzinfo=UTC)
    simulation = Simulation(first, DAYS, SEED, ZONES if IS_FULL else SAMPLE)
    simulation.run()
    return list(Evaluation(simulation, hours).verdicts())


@pytest.mark.parametrize(("begin", "hours"), BEGINS.items())
def test_every_slot_comes_out_right(app: Flask, begin: str, hours: tuple[int, ...]) -> None:
    verdicts = simulate(begin, hours, app)
    assert Counter(verdict.outcome for verdict in verdicts)["started"] > 0
    assert [verdict for verdict in verdicts if verdict.fault] == []
