"""Composes the program: the web application, then the commands of jobs.

The one place that knows both sides.
"""

from __future__ import annotations

import click

from jobs import cli
from webapp.config import ConfigurationError
from webapp.factory import create_app

try:
    app = create_app()
except ConfigurationError as error:
    raise click.ClickException(str(error)) from None
cli.register(app)
