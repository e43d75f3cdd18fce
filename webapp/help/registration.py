"""Registration of the help pages, and of the link to them."""

from __future__ import annotations

from flask import Flask

from webapp.help import sections, views


def register(app: Flask) -> None:
    """Register the help pages, and the link to them."""
    for blueprint in (views.pages, views.staff_pages, views.key_pages):
        app.register_blueprint(blueprint)
    app.jinja_env.globals["help_url"] = sections.help_url
