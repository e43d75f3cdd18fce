"""Rate limits of sign-in attempts that nobody can use to lock another user out.

Failures count, per account and per address, over moving windows. Each attempt is counted before it is made
and refunded if it succeeds (webapp/web/attempts.py): parallel attempts get no more tries.

- A browser that has signed in to the account before (webapp/web/device_cookies.py) has its own limit for that
account, which attempts from elsewhere never affect.

- All other browsers together share one limit per account, and one per address. An attacker who uses up the
account's limit blocks only unknown browsers; a user with a new browser can request a link by email, and
following it makes the browser known.

- A second-factor code can only be tried after the correct password. It counts in the same way, for a known
browser and for all others; setting a new password by a link resets the count.

- Passwords requested while signed in count per session.

An account is identified by the text entered, so existing and unknown accounts count and respond alike. Counts
are kept in Redis, and in the memory of the process while Redis is unavailable; there is always a limit in
force.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from flask import g, request, session
from flask_security import current_user
from sqlalchemy import select

from webapp.extensions import db
from webapp.models import User
from webapp.web import device_cookies
from webapp.web.client_addresses import network_of


@dataclass(frozen=True)
class RateLimit:
    """Number of tries for each value of `key`, on any of the endpoints; no limit if the key is None."""

    name: str
    most: str
    key: Callable[[], str]
    endpoints: tuple[str, ...]
    # Whether only failures count.
    is_refundable: bool = True


def _device_of_account() -> str:
    mark = _typed_account()
    number = device_cookies.known(mark)
    return f"{number}-{mark}" if number else ""


def _strange_account() -> str:
    mark = _typed_account()
    return "" if device_cookies.known(mark) else mark


def _strange_address() -> str:
    return "" if device_cookies.known(_typed_account()) else network()


def _typed_account() -> str:
    # Flask-Security reads either.
    sent = request.get_json(silent=True) if request.is_json else request.form
    return device_cookies.mark_of(str(sent.get("email", "")) if isinstance(sent, Mapping) else "")


def network() -> str:
    """Return the client's IPv4 address or IPv6 network."""
    return network_of(request.remote_addr or "")


def _half_signed_in() -> str:
    """Return the account whose code is expected, and the browser if known; both change with the password."""
    identity = str(session.get("tf_user_id", ""))
    if identity and "awaiting_code" not in g:
        address = db.session.scalar(select(User.email).where(User.fs_uniquifier == identity)) or ""
        whose = f"{device_cookies.known(device_cookies.mark_of(address)) or ''}-{identity}"
        # Keys are logged and stored in Redis, and this one is half of a session.
        g.awaiting_code = hashlib.sha256(whose.encode()).hexdigest()[:32]
    return str(g.awaiting_code) if identity else ""


def _session() -> str:
    return str(g.get("sign_in", ""))


def _person() -> str:
    return str(current_user.id) if current_user.is_authenticated else ""


SIGN_IN: Final = ("security.login",)
FORGOTTEN: Final = ("security.forgot_password",)
CODE: Final = ("security.two_factor_token_validation", "security.mf_recovery")
AGAIN: Final = ("security.verify", "security.change_password")
CHANGE: Final = ("security.change_password",)
SET: Final = ("security.reset_password",)
RATE_LIMITS: Final = (
    RateLimit("device", "10 per 15 minutes; 50 per day", _device_of_account, SIGN_IN),
    RateLimit("account", "10 per 15 minutes; 100 per day", _strange_account, SIGN_IN),
    RateLimit("address", "30 per 15 minutes; 300 per day", _strange_address, SIGN_IN),
    # Links sent earlier stay valid, so requests by others don't lock the account's owner out.
    RateLimit("device-link", "5 per hour", _device_of_account, FORGOTTEN, is_refundable=False),
    RateLimit("account-link", "5 per hour", _strange_account, FORGOTTEN, is_refundable=False),
    RateLimit("address-link", "20 per hour", _strange_address, FORGOTTEN, is_refundable=False),
    RateLimit("code", "5 per 15 minutes; 20 per day", _half_signed_in, CODE),
    RateLimit("session", "10 per 15 minutes", _session, AGAIN),
    # Successes and rejected new passwords count too: each costs a hash and a strength estimate.
    RateLimit("password-change", "10 per 15 minutes", _person, CHANGE, is_refundable=False),
    RateLimit("password-set", "20 per hour", network, SET, is_refundable=False),
)
