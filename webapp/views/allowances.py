"""How often somebody may try to sign in, and why nobody can lock another person out.

Failures count, per account and per address, over moving windows:

- A browser that has signed in to the account before (webapp/views/devices.py) has an allowance of its own,
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
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import Response, g, request, session
from flask_security import current_user
from sqlalchemy import select

from webapp.extensions import db
from webapp.models import User
from webapp.views import devices


@dataclass(frozen=True)
class Allowance:
    """So many tries for each of what `key` names, on any of the endpoints; none where it names nothing."""

    name: str
    most: str
    key: Callable[[], str]
    endpoints: tuple[str, ...]
    counts: Callable[[Response], bool] | None = None


def _failed(response: Response) -> bool:
    return response.status_code == 422


def _device_of_account() -> str:
    mark = _typed_account()
    number = devices.known(mark)
    return f"{number}-{mark}" if number else ""


def _strange_account() -> str:
    mark = _typed_account()
    return "" if devices.known(mark) else mark


def _strange_address() -> str:
    return "" if devices.known(_typed_account()) else network()


def _typed_account() -> str:
    return devices.mark_of(request.form.get("email", ""))


def network() -> str:
    """The address, of IPv6 the network that one household or office has for itself."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _half_signed_in() -> str:
    """The account whose code is awaited, and the browser where it is known; both change with the password."""
    identity = str(session.get("tf_user_id", ""))
    if identity and "awaiting_code" not in g:
        address = db.session.scalar(select(User.email).where(User.fs_uniquifier == identity)) or ""
        whose = f"{devices.known(devices.mark_of(address)) or ''}-{identity}"
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
ALLOWANCES: Final = (
    Allowance("device", "10 per 15 minutes; 50 per day", _device_of_account, SIGN_IN, _failed),
    Allowance("account", "10 per 15 minutes; 100 per day", _strange_account, SIGN_IN, _failed),
    Allowance("address", "30 per 15 minutes; 300 per day", _strange_address, SIGN_IN, _failed),
    # Links that were sent before stay valid, so who is written to by others' asking is not locked out.
    Allowance("device-link", "5 per hour", _device_of_account, FORGOTTEN),
    Allowance("account-link", "5 per hour", _strange_account, FORGOTTEN),
    Allowance("address-link", "20 per hour", _strange_address, FORGOTTEN),
    Allowance("code", "5 per 15 minutes; 20 per day", _half_signed_in, CODE, _failed),
    Allowance("session", "10 per 15 minutes", _session, AGAIN, _failed),
    # Also what succeeds or is not accepted as a password: each costs the hashing and an estimate.
    Allowance("password-change", "10 per 15 minutes", _person, CHANGE),
    Allowance("password-set", "20 per hour", network, SET),
)
