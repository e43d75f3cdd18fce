"""How often somebody may try to sign in, and why nobody can lock another person out.

Failures count, per account and per address, over moving windows:

- A browser that has signed in to the account before (webapp/views/devices.py) has an allowance of its own,
  for that account. Whatever others do from wherever leaves it untouched.
- All other browsers together share one allowance for each account, and one for each address. A stranger who
  uses up the account's keeps only further strangers out; who comes with a new browser meanwhile asks for a
  link by e-mail, and following it makes the browser known.
- A code of the second factor is tried by somebody who gave the right password: who guesses codes has that
  password, so the owner sets another by a link, and with that the count begins anew.
- Passwords asked for while signed in count for that session.

An account is what was typed, so the same is counted and answered whether it exists or not. Counts are kept in
Redis, and in the memory of the process while Redis is away; there is no moment in which nothing counts.
"""

from __future__ import annotations

import hashlib
import ipaddress
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog
from flask import Flask, Response, g, make_response, render_template, request, session
from flask_limiter import Limiter
from flask_limiter.errors import RateLimitExceeded
from redis.backoff import NoBackoff
from redis.retry import Retry

from webapp import htmx
from webapp.views import devices

log = structlog.get_logger(__name__)

HEADING: Final = "Too many attempts"
SENTENCE: Final = (
    "Please wait {minutes} before you try again. If you forgot your password, ask for a link to set another."
)
# Seconds: who signs in must not wait for a Redis that is away.
GLANCE: Final = 0.5


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
    return "" if devices.known(_typed_account()) else _network()


def _typed_account() -> str:
    return devices.mark_of(request.form.get("email", ""))


def _network() -> str:
    """The address, of IPv6 the network that one household or office has for itself."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _half_signed_in() -> str:
    # It changes with the password. Keys are logged and kept in Redis, and this is half of a session.
    identity = str(session.get("tf_user_id", ""))
    return hashlib.sha256(identity.encode()).hexdigest()[:32] if identity else ""


def _session() -> str:
    return str(g.get("sign_in", ""))


SIGN_IN: Final = ("security.login",)
FORGOTTEN: Final = ("security.forgot_password",)
CODE: Final = ("security.two_factor_token_validation", "security.mf_recovery")
AGAIN: Final = ("security.verify", "security.change_password")
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
)


def register(app: Flask) -> None:
    """Have the pages that take a password, a code or an address count what fails."""
    limiter = Limiter(
        _network,
        app=app,
        strategy="moving-window",
        in_memory_fallback_enabled=True,
        # What could not be counted is no reason not to answer.
        swallow_errors=True,
        **_storage(app.config["REDIS_URL"]),
    )
    for each in ALLOWANCES:
        for endpoint in each.endpoints:
            app.view_functions[endpoint] = _limited(limiter, each)(app.view_functions[endpoint])

    def refuse(_error: RateLimitExceeded) -> Response:
        limit = limiter.current_limit
        log.warning("sign_in.throttled", page=request.endpoint)
        return _refused(max(1, int(limit.reset_at - time.time()) + 1) if limit else 60)

    app.register_error_handler(RateLimitExceeded, refuse)


def _limited(limiter: Limiter, each: Allowance) -> Any:
    return limiter.shared_limit(
        each.most,
        each.name,
        key_func=each.key,
        deduct_when=each.counts,
        exempt_when=lambda: request.method != "POST" or not each.key(),
    )


def _storage(redis_url: str | None) -> dict[str, Any]:
    if redis_url is None:
        return {"storage_uri": "memory://"}
    options = {"socket_connect_timeout": GLANCE, "socket_timeout": GLANCE, "retry": Retry(NoBackoff(), 0)}
    return {"storage_uri": redis_url.replace("unix://", "redis+unix://", 1), "storage_options": options}


def _refused(seconds: int) -> Response:
    minutes = max(1, round(seconds / 60))
    sentence = SENTENCE.format(minutes="a minute" if minutes == 1 else f"{minutes} minutes")
    if htmx.wants_fragment():
        response = htmx.refuse(f"{HEADING}. {sentence}", 429)
    else:
        page = {"code": 429, "heading": HEADING, "sentence": sentence}
        response = make_response(render_template("error/page.html", **page), 429)
    response.headers["Retry-After"] = str(seconds)
    return response
