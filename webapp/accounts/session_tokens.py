"""The secret by which a browser shows which session is its own, and its renewal.

Whoever proves once more who it is gets a new one: what somebody read of the session before is worth nothing
afterwards.
"""

from __future__ import annotations

from typing import Final

from flask import g, session

from webapp.accounts import sessions
from webapp.models import User

FIELD: Final = "sign_in"


def renew(user: User) -> None:
    """Give the session of this request another secret; it stays the same in the list. No commit.

    Nothing happens where the person has no session yet, as in the middle of signing in.
    """
    number = g.get("sign_in")
    secret = sessions.renew(user, number) if number is not None else None
    if secret is not None:
        session[FIELD] = secret
