from __future__ import annotations

from benchmarks.growth.retention import CODES, SLOTS, evenings
from benchmarks.growth.space import HISTORY


def test_history_stays_what_a_retention_leaves_of_it(app):
    app.config["RUN_RETENTION_DAYS"] = 3
    dealers = 2
    early, *_, before, last = evenings(dealers, days=8, every=1)
    assert {space.table for space in last.spaces} == set(HISTORY)
    assert early.rows["runs"] == dealers * SLOTS
    assert last.rows["runs"] == before.rows["runs"] <= dealers * SLOTS * 4
    assert last.rows["run_items"] == last.rows["runs"] * CODES
    assert all(space.whole > space.indexes >= 0 for space in last.spaces if space.rows)
