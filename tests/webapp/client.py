"""A test client that lints every HTML page it gets."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from flask import has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.webapp.page_lint import problems
from webapp.accounts import sessions
from webapp.extensions import db
from webapp.models import User

# Words and forms are the same on both kinds of database, so their tests run on the faster one.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
HTMX = {"HX-Request": "true"}


def without_tokens(html: str) -> str:
    """The HTML without its CSRF tokens, each of which tells the second that it was made in."""
    return re.sub(r'name="csrf_token" value="[^"]*"', "", html).strip()


def session_of(user: User) -> dict[str, Any]:
    """The session data of a user who has just signed in."""
    _, secret = sessions.begin(user)
    db.session.commit()
    return {"_user_id": user.fs_uniquifier, "_fresh": True, "sign_in": secret, "fs_paa": time.time()}


class LintingClient(FlaskClient):
    """Fails the test on any page or fragment with a fault that the lint knows."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        # The test's own transaction would hold SQLite's one write lock, and its rows would stay as they were.
        # A thread that a test starts has none.
        if has_app_context():
            db.session.rollback()
        # Without a context of its own the request would share the test's `g`, and with it who signed in.
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303):
            found = problems(response.text)
            assert not found, f"{response.request.path}: {found}\n{response.text}"
        return response

    def hx(self, method: str, path: str, **kwargs: Any) -> TestResponse:
        """As htmx asks."""
        return self.open(path, method=method, headers=HTMX | kwargs.pop("headers", {}), **kwargs)

    def sign_in(self, user: User) -> LintingClient:
        """Hold a session of the user, past the sign-in page."""
        held = session_of(user)
        with self.session_transaction() as session:
            session.update(held)
        return self
