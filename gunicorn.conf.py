"""gunicorn's settings; options on the command line and `GUNICORN_CMD_ARGS` override them."""

from __future__ import annotations

from flask import Flask
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker

from webapp.web import forks

# One JSON event a line, as every other process logs.
logger_class = "webapp.web.server_logs.EventLogger"

# No client, however slow, holds a thread (webapp/web/serving): a head has 10 s, a form 20 s, an upload 15
# minutes with a byte every 20 s, and a response 30 s and beyond that a second for each 32 kB.
worker_class = "webapp.web.serving.worker.Worker"
threads = 8
# Of each web process. What is received of a request and kept takes up to 160 kB each.
worker_connections = 500
# Files are sent like everything else, without waiting for the client.
sendfile = False
# What the control socket can do is the platform's to do.
control_socket_disable = True

# The app is imported once, in the parent, whose memory all web processes share.
preload_app = True


def post_fork(server: Arbiter, worker: Worker) -> None:
    """Let no web process use a connection of the parent's, or of another's."""
    app = server.app.wsgi()
    if isinstance(app, Flask):
        forks.disconnect(app)
