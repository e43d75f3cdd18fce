"""Old runs are deleted with their rows and files; what the pages need stays."""

from __future__ import annotations

import pytest
from flask import current_app

from tests.factories import make_dealer, make_run_item
from tests.webapp.operations.housekeeping.conftest import History, ago
from webapp.core import storage
from webapp.extensions import db
from webapp.models import (
    PartMatch,
    RecentRuns,
    Report,
    ReportedPart,
    Run,
    RunItem,
)
from webapp.operations.housekeeping import old_runs
from webapp.operations.metrics import figures


def test_runs_older_than_the_retention_are_deleted_and_others_stay(history: History) -> None:
    history.add_run(100, "failed")
    kept = [history.add_run(days, "failed").id for days in (80, 1)]
    assert history.purge_expired()["runs"] == 1
    assert history.run_ids() == kept


def test_retention_is_a_setting(history: History) -> None:
    history.add_run(10, "failed")
    newest = history.add_run(1, "failed").id
    current_app.config["RUN_RETENTION_DAYS"] = 7
    history.purge_expired()
    assert history.run_ids() == [newest]


def test_everything_that_belongs_to_a_run_goes_with_it(history: History) -> None:
    history.add_code("TR")
    old = history.add_run(100, "succeeded", "TR").id
    history.add_run(1, "succeeded", "TR")
    history.purge_expired()
    assert [history.count(model) for model in (RunItem, ReportedPart, PartMatch, Report)] == [1, 3, 3, 1]
    assert storage.list_names(f"runs/{old}") == []
    assert db.session.get_one(RecentRuns, history.dealer.id).last_status == "succeeded"


def test_a_dealers_newest_run_and_last_successes_stay(history: History) -> None:
    history.add_run(300, "succeeded")
    kept = [history.add_run(days, status).id for days, status in ((290, "succeeded"), (280, "partial"))]
    history.add_run(270, "failed")
    kept.append(history.add_run(260, "failed").id)
    assert history.purge_expired()["runs"] == 2
    assert history.run_ids() == kept


def test_the_run_in_which_a_code_last_succeeded_stays_with_its_parts(history: History) -> None:
    history.add_code("TR")
    history.add_code("PU")
    history.add_run(300, "succeeded", "TR", "PU")
    last_of_pu = history.add_run(290, "partial", "PU").id
    last_of_tr = history.add_run(280, "partial", "TR").id
    later = [history.add_run(days, status).id for days, status in ((200, "partial"), (190, "succeeded"))]
    history.add_run(180, "cancelled")
    newest = history.add_run(1, "failed").id
    history.purge_expired()
    assert history.run_ids() == [last_of_pu, last_of_tr, *later, newest]
    assert history.count(ReportedPart) == 6


def test_reported_parts_of_a_removed_code_are_deleted(history: History) -> None:
    history.add_code("TR")
    history.add_run(300, "succeeded", "OLD")
    history.add_run(290, "succeeded", "TR")
    history.add_run(1, "succeeded", "TR")
    assert history.purge_expired()["runs"] == 2
    assert history.count(ReportedPart) == 3


def test_runs_of_one_dealer_do_not_count_for_another(history: History) -> None:
    other = make_dealer("Lakeside")
    history.add_code("TR")
    history.add_code("TR", other)
    kept = [history.add_run(300, "succeeded", "TR", dealer=other).id]
    history.add_run(300, "succeeded", "TR")
    kept.append(history.add_run(1, "succeeded", "TR").id)
    kept.append(history.add_run(1, "succeeded", dealer=other).id)
    history.purge_expired()
    assert history.run_ids() == kept


def test_a_run_that_never_ended_stays(history: History) -> None:
    stuck = history.add_run(300, "running", finished_at=None).id
    history.add_run(299, "failed")
    newest = history.add_run(1, "failed").id
    history.purge_expired()
    assert history.run_ids() == [stuck, newest]


def test_the_highest_item_number_is_never_reused(history: History) -> None:
    highest = history.add_run(300, "succeeded", "GONE").id
    history.add_run(200, "succeeded")
    newest = history.add_run(1, "skipped")
    history.purge_expired()
    assert highest in history.run_ids()
    assert make_run_item(newest, "NEW").id > 1


def test_counters_do_not_fall_when_runs_go(history: History) -> None:
    history.add_run(300, "failed")
    history.add_run(1, "failed")
    history.purge_expired()
    assert sum(sums.runs for sums in figures.read().ended.values()) == 2


@pytest.mark.parametrize("piece", [1, 3])
def test_a_long_history_is_deleted_in_batches(
    history: History, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(old_runs, "LOOKED_AT", piece + 1)
    monkeypatch.setattr(old_runs, "BATCH", piece)
    monkeypatch.setattr(old_runs, "PARTS", 2)
    history.add_code("TR")
    for _ in range(5):
        history.add_run(200, "succeeded", "TR")
    for days in (190, 2, 1):
        history.add_run(days, "succeeded", "TR")
    assert history.purge_expired()["runs"] == 6
    assert history.count(ReportedPart) == 6


def test_it_stops_on_shutdown_and_continues_the_next_time(history: History) -> None:
    from webapp.operations import housekeeping

    for _ in range(old_runs.BATCH + 5):
        history.add_run(200, "failed")
    newest = history.add_run(1, "failed").id
    told: list[bool] = []

    def should_stop() -> bool:
        told.append(True)
        return len(told) > 1

    assert housekeeping.purge_expired(should_stop, lambda _: None)["runs"] == old_runs.BATCH
    history.purge_expired()
    assert history.run_ids() == [newest]


def test_rows_are_deleted_even_if_their_files_cannot_be(history: History) -> None:
    history.add_run(100, "failed")
    history.add_run(1, "failed")
    db.session.rollback()
    current_app.config["REPORT_STORAGE_URL"] = "unknown://nowhere"
    assert history.purge_expired()["runs"] == 1
    assert history.count(Run) == 1


def test_a_slot_of_today_is_never_forgotten(history: History) -> None:
    today = ago(0).date()
    run = history.add_run(8, "skipped", slot_date=today, slot_hour=1)
    history.add_run(0, "failed")
    history.purge_expired()
    assert run.id in history.run_ids()
