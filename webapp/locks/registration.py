"""Registration of the pages and commands of locks."""

from __future__ import annotations

from flask import Flask

from webapp.locks import cli
from webapp.locks.views import lock_files, lock_form, locks
from webapp.web.lock_texts import lock_day, lock_figures


def register(app: Flask) -> None:
    """Register the pages, the commands, and how templates name locks."""
    for view in (locks, lock_form, lock_files):
        app.register_blueprint(view.pages)
    app.cli.add_command(cli.locks)
    app.add_template_filter(lock_figures)
    app.add_template_filter(lock_day)
