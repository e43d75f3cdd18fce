"""An upgrade stores in a column whether reports are missing; a downgrade moves it to `reason`."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from tests.factories import make_dealer
from tests.migrations.test_upgrade import empty  # noqa: F401 - a fixture
from webapp.extensions import db

SENTENCE = "The reports could not be stored."
FAILED = "1 of 2 supplier codes failed: TR."
# Reasons by run id before the upgrade; ids of several batches.
BEFORE = {
    1: None,
    2: FAILED,
    3: SENTENCE,
    20_000: f"{FAILED} {SENTENCE}",
    20_001: SENTENCE,
    45_000: f"{SENTENCE} And more.",
}
AFTER = {
    1: (None, False),
    2: (FAILED, False),
    3: (None, True),
    20_000: (FAILED, True),
    20_001: (None, True),
    45_000: (f"{SENTENCE} And more.", False),
}
# Status, settings and reports of runs by id, whose `reason` says nothing; and whether reports are missing.
WITHOUT_SENTENCE = {
    101: ("failed", "{}", False, True),
    102: ("cancelled", "{}", False, True),
    103: ("failed", "{}", True, False),
    104: ("succeeded", "{}", True, False),
    105: ("skipped", "{}", False, False),
    106: ("cancelled", None, False, False),
    107: ("failed", "null", False, False),
    108: ("queued", "{}", False, False),
    20_100: ("failed", "{}", False, True),
}


@pytest.fixture
def runs(empty: Flask) -> None:  # noqa: F811 - the fixture
    upgrade(revision="0025")
    dealer_id = make_dealer().id
    db.session.commit()
    insert = text(
        'INSERT INTO runs (id, dealer_id, status, "trigger", anyway, queued_at, attempt, tallied, reason)'
        " VALUES (:id, :dealer_id, 'partial', 'manual', false, '2026-11-20', 1, false, :reason)"
    )
    rows = [{"id": run_id, "dealer_id": dealer_id, "reason": reason} for run_id, reason in BEFORE.items()]
    db.session.execute(insert, rows)
    db.session.commit()


def columns(names: str) -> dict[int, tuple[object, ...]]:
    rows = db.session.execute(text(f"SELECT id, {names} FROM runs")).all()
    db.session.commit()
    return {row[0]: tuple(row[1:]) for row in rows}


def test_the_sentence_becomes_a_column_and_returns(runs: None) -> None:
    upgrade()
    assert columns("reason, reports_missing") == AFTER
    downgrade(revision="0025")
    assert columns("reason") == {run_id: (reason,) for run_id, reason in BEFORE.items()}


def test_an_upgrade_that_was_interrupted_after_the_column_was_added_continues(runs: None) -> None:
    db.session.execute(text("ALTER TABLE runs ADD COLUMN reports_missing BOOLEAN DEFAULT false NOT NULL"))
    db.session.execute(text("UPDATE runs SET reports_missing = true, reason = NULL WHERE id = 3"))
    db.session.commit()
    upgrade()
    assert columns("reason, reports_missing") == AFTER


def test_a_run_that_ended_without_reports_is_noted(runs: None) -> None:
    (dealer_id,) = db.session.execute(text("SELECT id FROM dealers")).one()
    run = text(
        'INSERT INTO runs (id, dealer_id, status, "trigger", anyway, queued_at, attempt, tallied, settings)'
        " VALUES (:id, :dealer_id, :status, 'manual', false, '2026-11-20', 1, false, :settings)"
    )
    report = text(
        "INSERT INTO reports (run_id, kind, path, rows, created_at)"
        " VALUES (:id, 'inventory', 'a', 1, '2026-11-20')"
    )
    for run_id, (status, settings, has_report, _) in WITHOUT_SENTENCE.items():
        values = {"id": run_id, "dealer_id": dealer_id, "status": status, "settings": settings}
        db.session.execute(run, values)
        if has_report:
            db.session.execute(report, {"id": run_id})
    db.session.commit()
    upgrade()
    missing = {run_id: (expected,) for run_id, (*_, expected) in WITHOUT_SENTENCE.items()}
    assert {key: value for key, value in columns("reports_missing").items() if key in missing} == missing
    downgrade(revision="0025")
    upgrade()
    assert {key: value for key, value in columns("reports_missing").items() if key in missing} == missing
