"""Old runs go with all that belongs to them; what the pages need stays, however old."""

from __future__ import annotations

import pytest
from flask import current_app

from tests.webapp.operations.housekeeping.conftest import Past, ago
from webapp.core import storage
from webapp.extensions import db
from webapp.models import PartMatch, RecentRuns, Report, ReportedPart, Run, RunItem
from webapp.operations.housekeeping import old_runs
from webapp.operations.metrics import figures


def test_runs_older_than_is_kept_go_and_younger_ones_stay(past: Past) -> None:
    past.run(100, "failed")
    kept = [past.run(days, "failed").id for days in (80, 1)]
    assert past.purge_expired()["runs"] == 1
    assert past.runs() == kept


def test_how_long_is_a_setting(past: Past) -> None:
    past.run(10, "failed")
    newest = past.run(1, "failed").id
    current_app.config["RUN_RETENTION_DAYS"] = 7
    past.purge_expired()
    assert past.runs() == [newest]


def test_everything_that_belongs_to_a_run_goes_with_it(past: Past) -> None:
    past.code("TR")
    old = past.run(100, "succeeded", "TR").id
    past.run(1, "succeeded", "TR")
    past.purge_expired()
    assert [past.count(model) for model in (RunItem, ReportedPart, PartMatch, Report)] == [1, 3, 3, 1]
    assert storage.names_in(f"runs/{old}") == []
    assert db.session.get_one(RecentRuns, past.dealer.id).last_status == "succeeded"


def test_a_dealers_newest_run_and_last_successes_stay(past: Past) -> None:
    past.run(300, "succeeded")
    kept = [past.run(days, status).id for days, status in ((290, "succeeded"), (280, "partial"))]
    past.run(270, "failed")
    kept.append(past.run(260, "failed").id)
    assert past.purge_expired()["runs"] == 2
    assert past.runs() == kept


def test_the_run_in_which_a_code_last_succeeded_stays_with_its_parts(past: Past) -> None:
    past.code("TR")
    past.code("PU")
    past.run(300, "succeeded", "TR", "PU")
    last_of_pu = past.run(290, "partial", "PU").id
    last_of_tr = past.run(280, "partial", "TR").id
    later = [past.run(days, status).id for days, status in ((200, "partial"), (190, "succeeded"))]
    past.run(180, "cancelled")
    newest = past.run(1, "failed").id
    past.purge_expired()
    assert past.runs() == [last_of_pu, last_of_tr, *later, newest]
    assert past.count(ReportedPart) == 6


def test_what_was_reported_for_a_removed_code_goes(past: Past) -> None:
    past.code("TR")
    past.run(300, "succeeded", "OLD")
    past.run(290, "succeeded", "TR")
    past.run(1, "succeeded", "TR")
    assert past.purge_expired()["runs"] == 2
    assert past.count(ReportedPart) == 3


def test_one_dealers_runs_do_not_let_anothers_go(past: Past) -> None:
    other = past.shop.dealer("Lakeside")
    past.code("TR")
    past.code("TR", other)
    kept = [past.run(300, "succeeded", "TR", dealer=other).id]
    past.run(300, "succeeded", "TR")
    kept.append(past.run(1, "succeeded", "TR").id)
    kept.append(past.run(1, "succeeded", dealer=other).id)
    past.purge_expired()
    assert past.runs() == kept


def test_a_run_that_never_ended_stays(past: Past) -> None:
    stuck = past.run(300, "running", finished_at=None).id
    past.run(299, "failed")
    newest = past.run(1, "failed").id
    past.purge_expired()
    assert past.runs() == [stuck, newest]


def test_the_highest_item_number_is_never_given_away_again(past: Past) -> None:
    highest = past.run(300, "succeeded", "GONE").id
    past.run(200, "succeeded")
    newest = past.run(1, "skipped")
    past.purge_expired()
    assert highest in past.runs()
    assert past.shop.item(newest, "NEW").id > 1


def test_counters_do_not_fall_when_runs_go(past: Past) -> None:
    past.run(300, "failed")
    past.run(1, "failed")
    past.purge_expired()
    assert sum(sums.runs for sums in figures.read().ended.values()) == 2


@pytest.mark.parametrize("piece", [1, 3])
def test_a_history_of_any_length_goes_piece_by_piece(
    past: Past, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(old_runs, "LOOKED_AT", piece + 1)
    monkeypatch.setattr(old_runs, "BATCH", piece)
    monkeypatch.setattr(old_runs, "PARTS", 2)
    past.code("TR")
    for _ in range(5):
        past.run(200, "succeeded", "TR")
    for days in (190, 2, 1):
        past.run(days, "succeeded", "TR")
    assert past.purge_expired()["runs"] == 6
    assert past.count(ReportedPart) == 6


def test_it_stops_when_it_is_told_and_goes_on_the_next_time(past: Past) -> None:
    from webapp.operations import housekeeping

    for _ in range(old_runs.BATCH + 5):
        past.run(200, "failed")
    newest = past.run(1, "failed").id
    told: list[bool] = []

    def should_stop() -> bool:
        told.append(True)
        return len(told) > 1

    assert housekeeping.purge_expired(should_stop, lambda _: None)["runs"] == old_runs.BATCH
    past.purge_expired()
    assert past.runs() == [newest]


def test_files_that_storage_does_not_give_up_do_not_keep_the_rows(past: Past) -> None:
    past.run(100, "failed")
    past.run(1, "failed")
    db.session.rollback()
    current_app.config["REPORT_STORAGE_URL"] = "unknown://nowhere"
    assert past.purge_expired()["runs"] == 1
    assert past.count(Run) == 1


def test_a_slot_of_today_is_never_forgotten(past: Past) -> None:
    today = ago(0).date()
    run = past.run(8, "skipped", slot_date=today, slot_hour=1)
    past.run(0, "failed")
    past.purge_expired()
    assert run.id in past.runs()
