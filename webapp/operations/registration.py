"""Registration of health checks, metrics, the Background jobs page and the `credentials` commands."""

from __future__ import annotations

from flask import Flask

from webapp.operations import background_work, cli
from webapp.operations.views import background_jobs, health, metrics


def register(app: Flask) -> None:
    """Register health checks, metrics, the Background jobs page and the `credentials` commands."""
    for view in (health, metrics, background_jobs):
        app.register_blueprint(view.pages)
    app.jinja_env.filters.update(
        queue_work=background_work.QUEUE_LABELS.__getitem__,
        worker_kind=background_work.KIND_LABELS.__getitem__,
    )
    app.cli.add_command(cli.credentials)
