"""Open redirect protection: after signing in, `next` may only be a plain path of this site.

Flask-Security also checks it, but accepts paths that browsers read as another host and relies on the
response's encoding to make them harmless; and it fails on some malformed values.
"""

from __future__ import annotations

from typing import Final

from flask import Flask, abort, request

LONGEST: Final = 2000
NOT_OURS: Final = "That link leads to another site. Sign in again from the start."


def register(app: Flask) -> None:
    """Refuse any other `next` on Flask-Security's pages."""
    app.before_request(_refuse_other_places)


def is_ours(place: str) -> bool:
    """Return whether it is a path of this site. The query string may be anything printable: it cannot change
    the host."""
    path = place.partition("?")[0].partition("#")[0]
    is_path = path.startswith("/") and not any(odd in path for odd in ("//", "\\", "%"))
    return is_path and len(place) <= LONGEST and place.isascii() and place.isprintable()


def _refuse_other_places() -> None:
    if request.blueprint != "security":
        return
    named = request.args.getlist("next") + request.form.getlist("next")
    if not all(is_ours(place) for place in named if place):
        abort(400, NOT_OURS)
