"""Knows browsers that somebody has signed in with before: they have an allowance of tries of their own.

A signed cookie says for which accounts; it signs nobody in, and says nothing of anybody to who reads it.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

COOKIE: Final = "device"
A_YEAR: Final = 365 * 24 * 60 * 60
# Of those who sign in with one browser, the latest.
MOST: Final = 8


def mark_of(address: str) -> str:
    """What stands for an account, whether it exists or not: however its address is written, the same."""
    try:
        plain = str(current_app.extensions["security"].mail_util.normalize(address.strip()))
    except ValueError:
        plain = address.strip()
    return hashlib.sha256(plain.lower().encode(errors="replace")).hexdigest()[:32]


def known(mark: str) -> str | None:
    """The number of this browser, if the account has signed in with it before."""
    number, marks = _read()
    return number if mark in marks else None


def remember(address: str) -> None:
    """Have this browser say from now on that the account has signed in with it."""
    number, marks = _read()
    mark = mark_of(address)
    latest = [mark, *(one for one in marks if one != mark)][:MOST]
    value = _serializer().dumps([number or secrets.token_hex(16), latest])

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(COOKIE, str(value), max_age=A_YEAR, httponly=True, samesite="Lax")
        return response


def _read() -> tuple[str, list[str]]:
    try:
        number, marks = _serializer().loads(request.cookies.get(COOKIE, ""))
    except (BadSignature, TypeError, ValueError):
        return "", []
    return str(number), list(marks)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="device")
