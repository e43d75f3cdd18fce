"""Composes the program: the web application, then the commands of jobs.

The one place that knows both sides.
"""

from __future__ import annotations

import gc

import click

from jobs import cli
from webapp.application import create_app
from webapp.settings.database_settings import COMMAND, WEB
from webapp.settings.env import ConfigurationError


class NotConfigured(click.ClickException, RuntimeError):
    """The environment is not fit to start with; flask (click) and gunicorn (RuntimeError) say so."""


try:
    # Under the command `flask` there is a context of click, also while it looks for the app.
    app = create_app(kind=COMMAND if click.get_current_context(silent=True) else WEB)
except ConfigurationError as error:
    raise NotConfigured(str(error)) from None
cli.register(app)
# What was loaded stays as long as the process: looked through again by every full collection, it would hold
# up a request for a fifth of a second now and then.
gc.collect()
gc.freeze()
