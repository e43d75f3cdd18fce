"""gunicorn's settings; options on the command line and `GUNICORN_CMD_ARGS` override them."""

from __future__ import annotations

from flask import Flask
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from webapp import forks

# One JSON event a line, as every other process logs.
logger_class = "webapp.server_logs.EventLogger"

# The app is imported once, in the parent, whose memory all web processes share.
preload_app = True


def post_fork(server: Arbiter, worker: Worker) -> None:
    """Let no web process use a connection of the parent's, or of another's."""
    app = server.app.wsgi()
    if isinstance(app, Flask):
        forks.disconnect(app)
