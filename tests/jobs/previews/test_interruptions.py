"""A preview waits for runs, continues where it was, and shows what a hold would keep back (R24)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select, update

from jobs.previews.plan_preview import plan_preview
from tests.factories import make_manufacturer, make_run
from tests.jobs.previews.previewing import done, planned, preview
from tests.jobs.previews.test_run_now import apply
from tests.sync_harness import SyncHarness, part
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Preview, PreviewCode, StoredPull
from webapp.previews import requests

NUMBERS = [f"A-{number}" for number in range(6)]


@pytest.fixture
def stocked(harness: SyncHarness) -> SyncHarness:
    """Two codes with six parts each on the shelf."""
    for code in ("TR", "PU"):
        harness.map_code(code, make_manufacturer(code, numbers=NUMBERS), pricing="retail")
    harness.sync(*[part(code, number, 2) for code in ("TR", "PU") for number in NUMBERS])
    return harness


def state_of(number: int) -> str:
    return db.session.get_one(Preview, number, populate_existing=True).state


def test_it_waits_while_the_dealer_has_a_run(stocked: SyncHarness) -> None:
    number = requests.request(stocked.dealer, "run").id
    run = make_run(stocked.dealer, "running", finished_at=None)
    assert not plan_preview(number, stocked.connect, gives_way=True)
    assert (state_of(number), requests.waiting(clock.now())) == ("queued", [])
    run.status, run.finished_at = "succeeded", clock.now()
    db.session.commit()
    assert requests.waiting(clock.now()) == [number]


def test_an_interrupted_one_fetches_no_code_twice(stocked: SyncHarness) -> None:
    number = requests.request(stocked.dealer, "run").id
    fetched = select(PreviewCode.code_key).where(PreviewCode.digest.is_not(None))

    def should_stop() -> bool:
        return db.session.scalar(fetched) is not None

    assert not plan_preview(number, stocked.connect, should_stop)
    assert (state_of(number), list(db.session.scalars(fetched))) == ("queued", ["tr"])
    before = len(stocked.simulator.requests)
    db.session.commit()
    assert plan_preview(number, stocked.connect)
    later = [str(each) for each in list(stocked.simulator.requests)[before:]]
    assert later
    assert not any("TR" in each for each in later)
    assert state_of(number) == "ready"


def test_it_fetches_again_if_the_stored_pull_that_it_equals_was_replaced(stocked: SyncHarness) -> None:
    number = requests.request(stocked.dealer, "run").id

    def replace(_line: str) -> None:
        db.session.execute(update(StoredPull).values(digest=b"another"))

    assert not plan_preview(number, stocked.connect, tell=replace)
    assert state_of(number) == "queued"
    assert plan_preview(number, stocked.connect)
    assert state_of(number) == "ready"


def test_one_that_was_replaced_writes_nothing(stocked: SyncHarness) -> None:
    number = requests.request(stocked.dealer, "run").id

    def replace(_line: str) -> None:
        requests.request(stocked.dealer, "run")

    assert not plan_preview(number, stocked.connect, tell=replace)
    assert (state_of(number), db.session.scalars(select(PreviewCode)).all()) == ("replaced", [])


def test_a_pull_that_would_be_on_hold_is_on_hold_when_applied(
    stocked: SyncHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    config: dict[str, Any] = current_app.config
    monkeypatch.setitem(config, "CHANGE_HOLD_MINIMUM", 3)
    parts = [part(code, number, 2, Retail=10) for code in ("TR", "PU") for number in NUMBERS]
    stocked.set_parts(*[{**each, "Retail": 900 if each["SupplierCode"] == "TR" else 11} for each in parts])
    row = preview(stocked)
    code = db.session.get_one(PreviewCode, (row.id, "tr"))
    assert code.counts is not None
    assert (code.counts["changes"], code.counts["withheld"], bool(code.error)) == (0, 6, True)
    plan = planned(row)
    assert [len(changes) for _, _, changes in plan.values()] == [0, 6]
    assert done(apply(stocked, row)) == plan
