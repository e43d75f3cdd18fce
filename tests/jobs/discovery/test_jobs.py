"""The job of a scan: workers accept and run it."""

from __future__ import annotations

from flask import current_app
from redis import Redis

from jobs.worker import LONG_WORK
from tests.sync_harness import SyncHarness, part
from tests.webapp.client import ON_SQLITE
from webapp.code_discovery import scans
from webapp.core import queues
from webapp.core.task_queue import TaskQueue
from webapp.extensions import db
from webapp.models import CodeScan


@ON_SQLITE
def test_a_requested_scan_is_run_by_a_worker_that_has_no_run(
    harness: SyncHarness, redis: Redis, redis_url: str
):
    current_app.config |= {"REDIS_URL": redis_url, "LIGHTSPEED_API_URL": harness.simulator.url}
    current_app.config["LIGHTSPEED_REQUESTS_PER_MINUTE"] = 200
    harness.set_parts(part("A", "1"))
    scans.start(harness.dealer, "manual")

    assert LONG_WORK == (queues.SYNC, queues.SCAN)
    job, _ = TaskQueue.dequeue_any([TaskQueue(queues.SCAN, redis)], None, connection=redis)
    job.func(*job.args)

    assert db.session.get_one(CodeScan, harness.dealer.id, populate_existing=True).status == "succeeded"
