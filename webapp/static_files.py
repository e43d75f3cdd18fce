"""Serves the static files in production as well, past Flask and for a browser to keep."""

from __future__ import annotations

from flask import Flask
from whitenoise import WhiteNoise

# Their addresses carry a hash of their content.
A_YEAR = 365 * 24 * 60 * 60


def serve(app: Flask) -> None:
    """Answer `/static/…` before the app is asked."""
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=app.static_folder,
        prefix="static/",
        max_age=A_YEAR,
        autorefresh=app.debug,
        add_headers_function=_add_headers,
    )


def _add_headers(headers: dict[str, str], _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
