"""How often somebody may try to sign in, and why nobody can lock another person out.

Failures count, per account and per address, over moving windows. Each attempt is counted before it is made
and taken back if it succeeds (webapp/web/attempts.py): parallel ones find no more room than others.

- A browser that has signed in to the account before (webapp/web/device_cookies.py) has an allowance of its
own,
  for that account. Whatever others do from wherever leaves it untouched.
- All other browsers together share one allowance for each account, and one for each address. A stranger who
  uses up the account's keeps only further strangers out; who comes with a new browser meanwhile asks for a
  link by e-mail, and following it makes the browser known.
- A code of the second factor is tried by somebody who gave the right password. It counts in the same way, for
  a known browser and for all others; with a new password, by a link, the count begins anew.
- Passwords asked for while signed in count for that session.

An account is what was typed, so the same is counted and answered whether it exists or not. Counts are kept in
Redis, and in the memory of the process while Redis is away; there is no moment in which nothing counts.
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
    """So many tries for each of what `key` names, on any of the endpoints; none where it names nothing."""

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
    """The address, of IPv6 the network that one household or office has for itself."""
    return network_of(request.remote_addr or "")


def _half_signed_in() -> str:
    """The account whose code is awaited, and the browser where it is known; both change with the password."""
    identity = str(session.get("tf_user_id", ""))
    if identity and "awaiting_code" not in g:
        address = db.session.scalar(select(User.email).where(User.fs_uniquifier == identity)) or ""
        whose = f"{device_cookies.known(device_cookies.mark_of(address)) or ''}-{identity}"
        # Keys are logged and kept in Redis, and this is half of a session.
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
    # Links that were sent before stay valid, so who is written to by others' asking is not locked out.
    RateLimit("device-link", "5 per hour", _device_of_account, FORGOTTEN, is_refundable=False),
    RateLimit("account-link", "5 per hour", _strange_account, FORGOTTEN, is_refundable=False),
    RateLimit("address-link", "20 per hour", _strange_address, FORGOTTEN, is_refundable=False),
    RateLimit("code", "5 per 15 minutes; 20 per day", _half_signed_in, CODE),
    RateLimit("session", "10 per 15 minutes", _session, AGAIN),
    # Also what succeeds or is not accepted as a password: each costs the hashing and an estimate.
    RateLimit("password-change", "10 per 15 minutes", _person, CHANGE, is_refundable=False),
    RateLimit("password-set", "20 per hour", network, SET, is_refundable=False),
)
