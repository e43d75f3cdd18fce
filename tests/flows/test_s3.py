"""Reports in S3, on a real server that receives signed requests over HTTP."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import s3fs
from flask import Flask, current_app

from jobs.sync import regenerate_reports
from sandbox.servers.s3 import S3Server
from tests.factories import make_manufacturer, make_user
from tests.flows.conftest import Program, wait_until
from tests.sync_harness import SyncHarness, part
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.core import storage
from webapp.models import Run
from webapp.operations import housekeeping
from webapp.operations.housekeeping import orphan_files
from webapp.runs import lifecycle

pytestmark = ON_SQLITE
PARTS = [part("TR", f"A-{number:03}", number + 1) for number in range(20)]


@pytest.fixture(scope="module")
def server() -> Iterator[S3Server]:
    """A running S3 with nothing in it."""
    with tempfile.TemporaryDirectory(prefix="s3-") as folder, S3Server(Path(folder)) as running:
        yield running


@pytest.fixture
def bucket(server: S3Server, app: Flask, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket that the app keeps its reports in."""
    name = f"reports-{uuid4().hex[:8]}"
    server.create_bucket(name)
    for variable, value in server.variables.items():
        monkeypatch.setenv(variable, value)
    app.config["REPORT_STORAGE_URL"] = f"s3://{name}/some/prefix"
    # It remembers the login that it was made with.
    s3fs.S3FileSystem.clear_instance_cache()
    return name


@pytest.fixture
def stocked(harness: SyncHarness, bucket: str) -> SyncHarness:
    """A dealer with a code of twenty parts, of which all but one match."""
    harness.map_code("TR", make_manufacturer("Tucker", numbers=[one["PartNumber"] for one in PARTS[1:]]))
    harness.set_parts(*PARTS)
    return harness


@pytest.fixture
def staff(app: Flask) -> LintingClient:
    app.test_client_class = LintingClient
    return app.test_client().sign_in(make_user("support@example.com"))


def pages(run: Run) -> dict[str, str]:
    """Where a run's reports are downloaded."""
    return {
        kind: f"/dealers/{run.dealer_id}/runs/{run.id}/reports/{kind}.csv"
        for kind in ("inventory", "skipped")
    }


def stored() -> list[str]:
    return [name for folder in storage.list_names("runs") for name in storage.list_names(f"runs/{folder}")]


def test_a_worker_keeps_both_reports_and_every_other_process_reads_them(
    stocked: SyncHarness, staff: LintingClient, server: S3Server, program: Program, tmp_path: Path
) -> None:
    # Nothing of another host's files: the database of this test is a file, and all else is its own.
    own = {name: str(tmp_path / name.lower()) for name in ("HOME", "TMPDIR")}
    for folder in own.values():
        Path(folder).mkdir()
    program.environment |= server.variables | own
    program.fork("jobs.worker", "sync")
    run = lifecycle.start(stocked.dealer, "manual").run
    wait_until(lambda: not stocked.load_run(run.id).is_active, "the run's end", program)
    assert stocked.load_run(run.id).status == "succeeded", program.log
    assert stored() == ["inventory-1.csv.gz", "skipped-1.csv.gz"]
    shown = {kind: staff.get(path) for kind, path in pages(run).items()}
    assert {answer.status_code for answer in shown.values()} == {200}
    rows = {kind: list(csv.DictReader(io.StringIO(answer.text))) for kind, answer in shown.items()}
    assert {kind: len(found) for kind, found in rows.items()} == {"inventory": 19, "skipped": 1}
    printed = program.flask("sync", "report", str(run.id))
    assert printed.stdout.splitlines() == shown["inventory"].text.removeprefix("\ufeff").splitlines()


def test_a_storage_server_that_stops_during_a_run_costs_only_its_reports(
    stocked: SyncHarness, staff: LintingClient, server: S3Server
) -> None:
    run = stocked.sync(tell=lambda _line: server.stop())
    assert (run.status, run.explanation) == ("partial", "We couldn't store the reports.")
    assert len(stocked.shelf_quantities()) == 19
    server.start()
    assert stored() == []
    assert regenerate_reports.make_reports(run.id)
    assert stocked.load_run(run.id).status == "succeeded"
    assert staff.get(pages(run)["inventory"]).text.count("\n") == 20
    server.stop()
    assert staff.get(pages(run)["inventory"]).status_code == 503
    server.start()


def test_an_interrupted_file_does_not_appear(bucket: str) -> None:
    def break_off() -> None:
        with storage.open_for_writing("runs/1/inventory-1.csv") as file:
            file.write("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert storage.list_names("runs") == []


def test_a_report_of_many_pieces_is_kept_whole(bucket: str) -> None:
    line = "0123456789abcdef" * 64 + "\r\n"
    with storage.open_for_writing("runs/1/inventory-1.csv") as file:
        for _ in range(20_000):
            file.write(line)
    with storage.open_for_reading("runs/1/inventory-1.csv") as file:
        assert sum(1 for read in file if read == line) == 20_000


def test_the_content_that_another_host_wrote_last_is_read(bucket: str) -> None:
    elsewhere = s3fs.S3FileSystem(skip_instance_cache=True)
    for words in ("one", "and another"):
        elsewhere.pipe(f"{bucket}/some/prefix/runs/1/inventory-1.csv", words.encode())
        assert storage.list_names("runs/1") == ["inventory-1.csv"]
        with storage.open_for_reading("runs/1/inventory-1.csv") as file:
            assert file.read() == words
    elsewhere.rm(f"{bucket}/some/prefix/runs/1/inventory-1.csv")
    assert storage.list_names("runs/1") == []


def test_orphan_files_are_removed(stocked: SyncHarness, monkeypatch: pytest.MonkeyPatch) -> None:
    run = stocked.sync()
    for path in ("runs/4711/inventory-1.csv", "catalog-imports/0f/catalog.csv"):
        with storage.open_for_writing(path) as file:
            file.write("x")
    assert housekeeping.purge_orphan_files() == 0
    monkeypatch.setattr(orphan_files, "GRACE", timedelta(hours=-1))
    assert housekeeping.purge_orphan_files() == 2
    assert (storage.list_names("runs"), storage.list_names("catalog-imports")) == ([str(run.id)], [])
    assert stored() == ["inventory-1.csv.gz", "skipped-1.csv.gz"]


@pytest.mark.parametrize("fault", ["no bucket", "wrong key", "wrong secret"])
def test_a_refusal_costs_only_the_reports_and_shows_no_login(
    stocked: SyncHarness,
    server: S3Server,
    staff: LintingClient,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    if fault == "no bucket":
        current_app.config["REPORT_STORAGE_URL"] = "s3://gone/prefix"
    variable = "AWS_ACCESS_KEY_ID" if fault == "wrong key" else "AWS_SECRET_ACCESS_KEY"
    if fault != "no bucket":
        monkeypatch.setenv(variable, "hunter2")
        s3fs.S3FileSystem.clear_instance_cache()
    run = stocked.sync()
    assert (run.status, run.explanation) == ("partial", "We couldn't store the reports.")
    with pytest.raises(storage.StorageError) as refused, storage.open_for_writing("runs/1/x.csv") as file:
        file.write("x")
    assert "hunter2" not in str(refused.value)
    assert "127.0.0.1" not in str(refused.value)
