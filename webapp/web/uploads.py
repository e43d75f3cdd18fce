"""Refuses file uploads on pages without a file field.

Form fields are also filled from uploaded files. A file named like a text field would reach code that expects
text, also on pages that need no sign-in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

from flask import Flask, abort, current_app, request

P = ParamSpec("P")
R = TypeVar("R")
_MARK: Final = "takes_file"


def takes_file(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view whose form has a file field."""
    setattr(view, _MARK, True)
    return view


def register(app: Flask) -> None:
    """Refuse requests with files to any other view."""
    app.before_request(_refuse_files)


def _refuse_files() -> None:
    if request.mimetype != "multipart/form-data" or request.endpoint is None:
        return
    if not hasattr(current_app.view_functions[request.endpoint], _MARK) and request.files:
        abort(400)
