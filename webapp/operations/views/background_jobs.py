"""Background jobs page for staff: periodic jobs, queues, workers, and failed jobs with a retry."""

from __future__ import annotations

from flask import Response, flash, request, url_for
from flask.typing import ResponseReturnValue
from redis.exceptions import RedisError
from werkzeug.utils import redirect

from webapp import audit
from webapp.core import queues
from webapp.core.redis_errors import describe
from webapp.extensions import db
from webapp.operations import background_jobs
from webapp.operations.background_work import BackgroundWork
from webapp.web import htmx, tenancy
from webapp.web.query_args import text

pages = tenancy.staff_blueprint("background_jobs", __name__, "/background-jobs")
GONE = "This job is no longer in the failed list. It may already have been retried."


@pages.get("")
def index() -> Response:
    """Show the current state."""
    return _answer()


@pages.post("/retries")
def retry() -> ResponseReturnValue:
    """Retry the failed job given by `queue` and `job_id`."""
    queue, job_id = text(request.form, "queue"), text(request.form, "job_id")
    try:
        failed = background_jobs.failed_job(queues.connection(), queue, job_id)
        audit.note("job.retried", f"Job {failed.task}", after={"job": failed.id, "reason": failed.reason})
        db.session.commit()
        background_jobs.retry(queues.connection(), failed)
    except background_jobs.NotFailed:
        return _refused(GONE, 409)
    except RedisError as error:
        return _refused(f"We couldn't queue the job: {describe(error)}.", 503)
    flash(f"Job {failed.task} was queued again.", "success")
    return _answer() if htmx.wants_fragment() else redirect(url_for(".index"), 303)


def _refused(message: str, status: int) -> Response:
    if htmx.wants_fragment() and status >= 500:
        return htmx.refuse(message, status)
    flash(message, "danger")
    return _answer(status)


def _answer(status: int = 200) -> Response:
    return htmx.answer("operations/background_jobs", status, work=BackgroundWork.now())
