"""Authentication, access to CMFs, and the rate limit per minute."""

import base64
import binascii
import hmac
import math
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Mapping

from sandbox.simulator.behavior import Behavior
from sandbox.simulator.dealers import SimulatedDealer
from sandbox.simulator.responses import Refusal


def login_of(authorization: str | None) -> tuple[str, str] | None:
    """Return the username and password of a Basic header; None if it is missing or malformed."""
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        username, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (username, password) if colon else None


class Auth:
    """Checks each request; holds the state between requests."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: defaultdict[str, deque[float]] = defaultdict(deque)
        self._before_rotation: Counter[str] = Counter()

    def admit(
        self, login: tuple[str, str] | None, dealers: Iterable[SimulatedDealer], switches: Behavior
    ) -> list[SimulatedDealer]:
        """Return the dealers that this login may read; raise Refusal 401 if it is wrong or no longer
        valid."""
        own = [one for one in dealers if login is not None and _opens(one, login)]
        wrong = not own or switches.password_state == "wrong"
        if wrong or self._rotated(own[0].username, switches):
            raise Refusal(401, "System.Security.Authentication.AuthenticationException: Login failed.")
        return own

    def _rotated(self, username: str, switches: Behavior) -> bool:
        with self._lock:
            if switches.password_state != "rotated":
                self._before_rotation.clear()
                return False
            self._before_rotation[username] += 1
            return self._before_rotation[username] > switches.rotate_after

    def pace(self, username: str, now: float, switches: Behavior) -> float:
        """Return the seconds to wait before responding; raise Refusal 429 or 503 beyond the limit, as
        configured."""
        with self._lock:
            times = self._times[username]
            while times and now - times[0] >= switches.rate_window:
                times.popleft()
            if len(times) < switches.requests_per_minute or switches.over_rate == "nothing":
                times.append(now)
                return 0.0
            room_in = times[0] + switches.rate_window - now if times else switches.rate_window
        if switches.over_rate == "slow":
            return switches.slow_seconds
        headers = {"Retry-After": switches.retry_after or str(math.ceil(room_in))}
        status = 503 if switches.over_rate == "503" else 429
        text = "Service unavailable." if status == 503 else "Too many requests."
        raise Refusal(status, text, headers if switches.over_rate == "429_retry_after" else None)


def dealer_for(
    cmf: str, own: Iterable[SimulatedDealer], dealers: Mapping[str, SimulatedDealer], switches: Behavior
) -> SimulatedDealer:
    """Return the dealer of `cmf`; raise Refusal 404 or 403 for an unknown one, 403 for one this login may not
    read."""
    if cmf not in dealers:
        raise Refusal(int(switches.unknown_cmf), f"System.ArgumentException: Dealer '{cmf}' was not found.")
    if cmf in switches.not_enabled or all(one.cmf != cmf for one in own):
        raise Refusal(403, f"System.UnauthorizedAccessException: Access to dealer '{cmf}' is denied.")
    return dealers[cmf]


def _opens(dealer: SimulatedDealer, login: tuple[str, str]) -> bool:
    username, password = (text.encode() for text in login)
    right_name = hmac.compare_digest(dealer.username.encode(), username)
    return right_name and hmac.compare_digest(dealer.password.encode(), password)
