"""Session token that links a browser to its session row, and its renewal.

Every reauthentication renews it: a stolen token is worthless afterwards.
"""

from __future__ import annotations

from typing import Final

from flask import g, session

from webapp.accounts import sessions
from webapp.models import User

FIELD: Final = "sign_in"


def renew(user: User) -> None:
    """Give the current session a new token; the row stays the same. No commit.

    Does nothing if the user has no session yet, as in the middle of signing in.
    """
    number = g.get("sign_in")
    secret = sessions.renew(user, number) if number is not None else None
    if secret is not None:
        session[FIELD] = secret
