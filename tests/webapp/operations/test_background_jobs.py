"""Background jobs for staff: workers, queues, failed jobs with their reasons, and a retry that is audited."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from redis import Redis

from jobs.processes.task_worker import TaskWorker
from tests.webapp.client import ON_SQLITE, LintingClient
from webapp.core import clock, queues
from webapp.core.task_jobs import TaskJob
from webapp.core.task_queue import TaskQueue
from webapp.extensions import db
from webapp.models import AuditEntry, JobHeartbeat
from webapp.web import job_heartbeats

pytestmark = ON_SQLITE
PAGE = "/background-jobs"


@pytest.fixture
def redis(app: Flask, redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as connection:
        connection.flushdb()
        app.config["REDIS_URL"] = redis_url
        yield connection
        connection.flushdb()


@pytest.fixture
def failed(redis: Redis) -> str:
    """The id of a job that raised an error whose message holds a login."""
    queues.enqueue(queues.CONTROL, "jobs.tasks.check_credentials", 4711, 1, job_id="check-1")
    worker = TaskWorker([queues.CONTROL], redis, "short")
    queue = TaskQueue(queues.CONTROL, connection=redis)
    job, _ = TaskQueue.dequeue_any([queue], None, redis)
    job.ended_at = datetime.now(UTC)
    told = (
        'Traceback (most recent call last):\n  File "/app/jobs/tasks.py", line 51, in check_credentials\n'
        "    validate(dealer_id)\nsqlalchemy.exc.NoResultFound: for hunter2\n"
    )
    worker.handle_job_failure(job, queue, exc_string=told)
    return "check-1"


def register(redis: Redis, kind: str, names: list[str]) -> TaskWorker:
    worker = TaskWorker(names, redis, kind)
    worker.register_birth()
    worker.set_state("idle")
    return worker


def test_workers_are_named_by_kind_host_and_process(staff: LintingClient, redis: Redis) -> None:
    short = register(redis, "short", [queues.CONTROL, queues.INDEX])
    page = staff.get(PAGE).text
    host = short.name.split(".")[1]
    assert "Short jobs" in page
    assert host in page
    assert f">{short.pid}</td>" in page
    assert "No worker is running for: Syncs and imports" in page
    register(redis, "sync", [queues.SYNC])
    assert "No worker is running" not in staff.get(PAGE).text


def test_queues_and_periodic_jobs_are_shown(staff: LintingClient, redis: Redis) -> None:
    queues.enqueue(queues.SYNC, "jobs.tasks.sync_run", 1)
    job_heartbeats.record_completion(job_heartbeats.TICK)
    page = staff.get(PAGE).text
    assert re.search(r"Schedule check <span[^>]*>every minute</span></th>\s*<td[^>]*>just now", page)
    assert re.search(r"Delete old history <span[^>]*>hourly</span></th>\s*<td[^>]*>not yet", page)
    assert ">1</td>" in page


def test_a_periodic_job_that_is_late_is_marked(staff: LintingClient, redis: Redis) -> None:
    for job in (job_heartbeats.TICK, job_heartbeats.PURGE_EXPIRED):
        job_heartbeats.record_completion(job)
    an_hour_ago = clock.now() - timedelta(hours=1)
    db.session.execute(db.update(JobHeartbeat).values(done_at=an_hour_ago))
    db.session.commit()
    page = staff.get(PAGE).text
    assert page.count(">1 hour ago</td>") + page.count("Late</span> 1 hour ago</td>") == 2
    assert page.count("Late</span>") == 1


def test_a_failed_job_is_shown_with_its_reason_and_nothing_of_the_message(
    staff: LintingClient, redis: Redis, failed: str
) -> None:
    page = staff.get(PAGE).text
    assert "check_credentials(4711, 1)" in page
    assert "NoResultFound in jobs/tasks.py, line 51" in page
    assert "hunter2" not in page
    assert all(b"hunter2" not in (redis.dump(key) or b"") for key in redis.scan_iter("*"))


@pytest.mark.parametrize("way", ["plain", "htmx"])
def test_a_retry_queues_the_job_again_and_is_audited(
    staff: LintingClient, redis: Redis, failed: str, way: str
) -> None:
    form = {"queue": "control", "job_id": failed}
    if way == "plain":
        answer = staff.post(f"{PAGE}/retries", data=form)
        assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    else:
        answer = staff.hx("POST", f"{PAGE}/retries", data=form)
        assert answer.status_code == 200
        assert "No jobs have failed in the last day" in answer.text
        assert "was queued again" in answer.text
    assert redis.lrange("rq:queue:control", 0, -1) == [failed.encode()]
    assert TaskJob.fetch(failed, redis).get_status() == "queued"
    entry = db.session.scalars(db.select(AuditEntry)).one()
    assert (entry.action, entry.subject) == ("job.retried", "Job check_credentials")
    assert entry.after == {"job": failed, "reason": "NoResultFound in jobs/tasks.py, line 51"}
    assert "Retried a background job" in staff.get("/changes").text


@pytest.mark.parametrize(
    "form", [{"queue": "control", "job_id": "gone"}, {"queue": "x", "job_id": "check-1"}, {}]
)
def test_a_job_that_did_not_fail_is_not_retried(
    staff: LintingClient, redis: Redis, failed: str, form: dict[str, str]
) -> None:
    answer = staff.hx("POST", f"{PAGE}/retries", data=form)
    assert answer.status_code == 409
    assert "no longer in the failed list" in answer.text
    assert redis.llen("rq:queue:control") == 0
    assert db.session.scalars(db.select(AuditEntry)).all() == []


def test_a_job_is_retried_once_although_two_users_request_it(
    staff: LintingClient, redis: Redis, failed: str
) -> None:
    form = {"queue": "control", "job_id": failed}
    assert staff.post(f"{PAGE}/retries", data=form).status_code == 303
    assert staff.post(f"{PAGE}/retries", data=form).status_code == 409
    assert redis.llen("rq:queue:control") == 1


def test_hostile_entries_are_left_out(staff: LintingClient, redis: Redis, failed: str) -> None:
    redis.zadd("rq:failed:control", {b"\xff": 9e9, "evil": 9e9, "": 9e9})
    redis.hset("rq:job:evil", mapping={"data": b"\x80\x04.", "origin": "control"})
    redis.delete(f"rq:results:{failed}")
    redis.set(f"rq:results:{failed}", "x")
    redis.set("rq:failed:sync", "not a list")
    page = staff.get(PAGE)
    assert page.status_code == 200
    assert "Can’t read Redis" in page.text
    redis.delete("rq:failed:sync")
    page = staff.get(PAGE).text
    assert "Unknown. Search the logs for job.failed" in page
    assert "evil" not in page


def test_without_redis_the_page_says_why_and_a_retry_is_refused(staff: LintingClient, app: Flask) -> None:
    app.config["REDIS_URL"] = "redis://127.0.0.1:9/0"
    page = staff.get(PAGE)
    assert page.status_code == 200
    assert "Can’t read Redis: it isn&#39;t responding (ConnectionError)" in page.text
    for answer in (staff.post(f"{PAGE}/retries"), staff.hx("POST", f"{PAGE}/retries")):
        assert answer.status_code == 409
    form = {"queue": "control", "job_id": "a"}
    for answer in (staff.post(f"{PAGE}/retries", data=form), staff.hx("POST", f"{PAGE}/retries", data=form)):
        assert answer.status_code == 503
        assert "queue the job" in answer.text


def test_dealers_do_not_see_the_page(client: LintingClient) -> None:
    assert client.get(PAGE).status_code == 403
    assert client.post(f"{PAGE}/retries").status_code == 403
