"""What a pull takes over from the stored one is what it would find itself, whichever settings change."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.simulator import Simulator
from tests.factories import raise_catalog_version
from tests.jobs.sync.test_apply_model import (
    WITH_EACH_BLOCK_SIZE,
    Scene,
    block_rows,
    have_nothing_reused,
    results,
    scenes,
)
from tests.sync_harness import SyncHarness
from webapp.extensions import db
from webapp.models import SupplierCode

__all__ = ["block_rows"]

EXAMPLES = int(os.environ.get("REUSE_EXAMPLES", "10"))


class Change(NamedTuple):
    """A change of a mapping, by its place, before a run; and whether a catalog was imported."""

    place: int
    lead_time_days: int
    pricing: str
    is_imported: bool


changes = st.builds(
    Change,
    st.integers(0, 3),
    st.integers(0, 1),
    st.sampled_from(["disabled", "retail"]),
    st.sampled_from([False, False, False, True]),
)


@pytest.fixture
def harness(app: Flask) -> Iterator[SyncHarness]:
    with Simulator([]) as unused:
        yield SyncHarness(unused)


def changing(chosen: list[Change | None], also: Callable[[], object]) -> Callable[[], None]:
    """Return what is called before each run: it makes the next of the changes."""
    following = iter(chosen)

    def change() -> None:
        also()
        one = next(following, None)
        if one is None:
            return
        rows = db.session.scalars(db.select(SupplierCode).order_by(SupplierCode.id)).all()
        row = rows[one.place % len(rows)]
        row.lead_time_days, row.pricing = one.lead_time_days, one.pricing
        db.session.commit()
        if one.is_imported:
            raise_catalog_version()

    return change


@given(scene=scenes, chosen=st.lists(st.one_of(st.none(), changes), min_size=9, max_size=9))
@pytest.mark.slow
@WITH_EACH_BLOCK_SIZE
@pytest.mark.usefixtures("block_rows")
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_run_after_a_change_of_settings_leaves_what_one_without_reuse_does(
    harness: SyncHarness, scene: Scene, chosen: list[Change | None]
) -> None:
    # Each run but the first repeats the rows of the one before it first: there, only settings differ.
    runs = [scene.runs[0]]
    for clear, reported in scene.runs[1:]:
        halves = {code: [*rows[: len(rows) // 2], *runs[-1][1][code]] for code, rows in reported.items()}
        runs += [(clear, runs[-1][1]), (not clear, halves), (clear, reported)]
    scene = replace(scene, runs=runs)
    reusing = results(harness, scene, changing(chosen, lambda: None))
    assert results(harness, scene, changing(chosen, have_nothing_reused)) == reusing
