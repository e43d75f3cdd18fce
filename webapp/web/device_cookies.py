"""Device cookies: browsers that have signed in to an account before have a separate rate limit.

A signed cookie lists the accounts as hashes; it grants no access, and identifies no user to a reader.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from webapp.core.clock import YEAR_SECONDS

COOKIE: Final = "device"
# The most recent accounts that signed in with one browser.
MOST: Final = 8


def mark_of(address: str) -> str:
    """Return the identifier of an account, existing or not, independent of the spelling of its address."""
    try:
        plain = str(current_app.extensions["security"].mail_util.normalize(address.strip()))
    except ValueError:
        plain = address.strip()
    return hashlib.sha256(plain.lower().encode(errors="replace")).hexdigest()[:32]


def known(mark: str) -> str | None:
    """Return this browser's number, if the account has signed in with it before."""
    number, marks = _read()
    return number if mark in marks else None


def remember(address: str) -> None:
    """Record in this browser's cookie that the account has signed in with it."""
    number, marks = _read()
    mark = mark_of(address)
    latest = [mark, *(other for other in marks if other != mark)][:MOST]
    value = _serializer().dumps([number or secrets.token_hex(16), latest])

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(COOKIE, str(value), max_age=YEAR_SECONDS, httponly=True, samesite="Lax")
        return response


def _read() -> tuple[str, list[str]]:
    try:
        number, marks = _serializer().loads(request.cookies.get(COOKIE, ""))
    except (BadSignature, TypeError, ValueError):
        return "", []
    return str(number), list(marks)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="device")
