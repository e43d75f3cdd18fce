"""Uploaded catalog files: leased once, taken over from dead workers, restarted after an interruption."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import select

from jobs.sync import tick
from jobs.tasks import import_catalog
from tests.factories import make_user
from webapp.catalog import uploads
from webapp.catalog.uploads import import_lease
from webapp.core import clock, queues, storage
from webapp.core.task_queue import TaskQueue
from webapp.extensions import db
from webapp.models import CatalogImport, Product

HEADER = "catalog,manufacturer,abbreviation,oem_manufacturer_id,dealer,part_number,brand,mpn,name,msrp\n"


def row(number: int, brand: str = "Bell") -> str:
    return f"aftermarket,Tucker,TR,,,A-{number},{brand},A-{number},Helmet,19.90\n"


@pytest.fixture
def uploaded(app: Flask) -> int:
    """The id of an import that waits."""
    staff = make_user("support@example.com")
    text = HEADER + row(1) + row(2, brand="") + row(3)
    return uploads.start(io.BytesIO(text.encode()), "catalog.csv", staff).id


def stored(import_id: int) -> CatalogImport:
    db.session.rollback()
    return db.session.get_one(CatalogImport, import_id, populate_existing=True)


def change(import_id: int, **values: Any) -> None:
    db.session.execute(db.update(CatalogImport).where(CatalogImport.id == import_id).values(**values))
    db.session.commit()


def mpns() -> list[str]:
    found = list(db.session.scalars(select(Product.mpn).order_by(Product.mpn)))
    db.session.rollback()
    return found


def test_a_job_imports_the_file_and_counts_what_it_did(uploaded: int):
    import_catalog(uploaded)
    done = stored(uploaded)
    assert (done.status, done.rows, done.products_new, done.rejected) == ("partial", 3, 2, 1)
    assert done.bytes_read == done.bytes_total
    assert done.started_at is not None
    assert done.finished_at is not None
    assert mpns() == ["A-1", "A-3"]


def kept(path: str | None) -> str | None:
    """What report storage has of a path; None if it has nothing."""
    try:
        with storage.open_for_reading(path or "") as file:
            return file.read()
    except storage.StorageError:
        return None


def test_a_file_is_deleted_after_its_import_and_the_rejected_rows_are_kept(uploaded: int):
    assert kept(stored(uploaded).path)
    import_catalog(uploaded)
    done = stored(uploaded)
    assert kept(done.path) is None
    assert "3," in (kept(done.rejected_path) or "")


def test_the_file_of_a_failed_import_is_deleted_too(app: Flask, uploaded: int):
    path = stored(uploaded).path
    with storage.open_for_writing(path) as file:
        file.write("not,a,catalog\n")
    import_catalog(uploaded)
    assert stored(uploaded).status == "failed"
    assert kept(path) is None


def test_a_worker_that_lost_its_import_leaves_the_file_to_the_one_that_has_it(uploaded: int):
    def taken_over() -> bool:
        change(uploaded, attempt=7)
        return False

    uploads.process_import(uploaded, taken_over)
    assert stored(uploaded).status == "running"
    assert kept(stored(uploaded).path)


def test_a_job_that_is_delivered_twice_does_nothing_the_second_time(uploaded: int):
    import_catalog(uploaded)
    finished_at = stored(uploaded).finished_at
    import_catalog(uploaded)
    assert stored(uploaded).finished_at == finished_at
    assert stored(uploaded).attempt == 1


def test_an_import_is_claimed_by_one_worker_until_its_heartbeat_is_old(uploaded: int):
    assert import_lease.acquire(uploaded) == import_lease.ImportLease(uploaded, 1)
    assert import_lease.acquire(uploaded) is None
    change(uploaded, heartbeat_at=clock.now() - timedelta(seconds=89))
    assert import_lease.acquire(uploaded) is None
    change(uploaded, heartbeat_at=clock.now() - timedelta(seconds=91))
    assert import_lease.acquire(uploaded) == import_lease.ImportLease(uploaded, 2)


def test_a_worker_that_lost_its_import_writes_nothing_more(uploaded: int):
    lost = import_lease.acquire(uploaded)
    change(uploaded, heartbeat_at=clock.now() - timedelta(seconds=91))
    import_lease.acquire(uploaded)
    assert lost is not None
    assert not import_lease.write(lost, status="failed")
    assert stored(uploaded).status == "running"


def test_an_import_of_a_worker_that_is_told_to_stop_waits_for_another(uploaded: int):
    with pytest.raises(uploads.Stopped):
        uploads.process_import(uploaded, lambda: True)
    assert stored(uploaded).status == "queued"
    assert kept(stored(uploaded).path)
    assert mpns() == []
    assert uploads.process_import(uploaded, lambda: False)
    assert stored(uploaded).status == "partial"
    assert mpns() == ["A-1", "A-3"]


def test_a_file_that_storage_no_longer_has_ends_as_failed(uploaded: int):
    change(uploaded, path="catalog-imports/gone/catalog.csv")
    import_catalog(uploaded)
    done = stored(uploaded)
    assert done.status == "failed"
    assert (done.reason or "").startswith("Report storage has no catalog-imports/gone")


def test_a_defect_ends_the_import_as_failed_and_is_raised(uploaded: int, monkeypatch: pytest.MonkeyPatch):
    def broken(_path: str) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr(storage, "open_bytes_for_reading", broken)
    with pytest.raises(ZeroDivisionError):
        import_catalog(uploaded)
    assert stored(uploaded).status == "failed"
    assert "Something went wrong on our side" in (stored(uploaded).reason or "")


def test_the_heartbeat_records_the_progress_of_reading(uploaded: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(import_lease, "BEAT_SECONDS", 0.01)
    upload_lease = import_lease.acquire(uploaded)
    assert upload_lease is not None
    change(uploaded, heartbeat_at=clock.now() - timedelta(seconds=80))
    with import_lease.heartbeat(upload_lease, lambda: 42):
        for _ in range(500):
            if stored(uploaded).bytes_read == 42:
                break
    assert stored(uploaded).bytes_read == 42
    assert import_lease.acquire(uploaded) is None


def test_the_tick_queues_imports_that_were_lost_or_whose_worker_died(
    uploaded: int, app: Flask, redis_url: str
):

    redis = Redis.from_url(redis_url)
    redis.flushdb()
    app.config["REDIS_URL"] = redis_url
    waiting = TaskQueue(queues.SYNC, connection=redis)
    tick.tick()
    tick.tick()
    assert [list(job.args) for job in waiting.jobs] == [[uploaded]]
    waiting.empty()
    import_lease.acquire(uploaded)
    tick.tick()
    assert waiting.jobs == []
    change(uploaded, heartbeat_at=clock.now() - timedelta(seconds=91))
    tick.tick()
    assert [list(job.args) for job in waiting.jobs] == [[uploaded]]
    redis.flushdb()
