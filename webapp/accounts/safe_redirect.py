"""Where one goes on to after signing in: only a path of this site may be named, in the plainest spelling.

Flask-Security judges it too, but lets through what browsers read as another host and relies on how the answer
is written to make it harmless; and some of what it is sent it cannot read at all.
"""

from __future__ import annotations

from typing import Final

from flask import Flask, abort, request

LONGEST: Final = 2000
NOT_OURS: Final = "The page to go on to is none of ours. Sign in from the start."


def register(app: Flask) -> None:
    """Refuse any other `next` on the pages of Flask-Security, which go on to it."""
    app.before_request(_refuse_other_places)


def is_ours(place: str) -> bool:
    """Whether it is a path of this site. A query may hold anything that can be printed: it leads nowhere."""
    path = place.partition("?")[0].partition("#")[0]
    is_path = path.startswith("/") and not any(odd in path for odd in ("//", "\\", "%"))
    return is_path and len(place) <= LONGEST and place.isascii() and place.isprintable()


def _refuse_other_places() -> None:
    if request.blueprint != "security":
        return
    named = request.args.getlist("next") + request.form.getlist("next")
    if not all(is_ours(place) for place in named if place):
        abort(400, NOT_OURS)
