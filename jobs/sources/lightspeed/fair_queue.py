"""The queue of requests that wait under one login: checks, then the dealer served longest ago, scans last.

A dealer that was just served goes behind the others that wait; a new one neither goes ahead of all nor waits
for all of them to end. The queue is kept in Redis beside the window of counted requests, and both change in
one step (take_turn.lua). Only the window limits how many are sent: a queue that is lost, or wrong, does not
make anyone send too many.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Final

TICKET_LIFE: Final = 6.0
"""Seconds after which a ticket that was not renewed is dropped."""
RENEW_EVERY: Final = 2.0
"""Seconds, at most, between two renewals of a ticket."""
TURN_LIFE: Final = 5.0
"""Seconds for which a dealer's last turn counts. A dealer that comes later than that after another's last
turn is behind it, so new dealers do not make one wait forever."""

# Seconds by which a check is ahead of all that came in the last centuries.
_URGENT: Final = 10_000_000_000
# Seconds by which a request in the background is behind all others: much longer than a ticket may wait.
_BACKGROUND: Final = 1_000_000_000


@dataclass(frozen=True)
class Requester:
    """The dealer (its CMF) that a request is for, and whether a person waits for the response, or nobody.

    A request in the background is served after all others, and does not count as the dealer's turn.
    """

    dealer: str | None = None
    is_urgent: bool = False
    is_background: bool = False


ANYBODY: Final = Requester()


@dataclass(frozen=True)
class Ticket:
    """One request's place in the queue of a login."""

    login_key: str
    requester: Requester = ANYBODY
    name: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def dealer(self) -> str:
        """The CMF without revealing it, as it may be a user name too (docs/lightspeed-3pa.md, Requests)."""
        return hashlib.sha256(f"{self.login_key}\n{self.requester.dealer}".encode()).hexdigest()[:16]

    @property
    def urgency(self) -> int:
        """Seconds by which it is ahead of others; negative: behind them."""
        if self.requester.is_background:
            return -_BACKGROUND
        return _URGENT if self.requester.is_urgent else 0


def keys(login_key: str) -> tuple[str, ...]:
    """Redis keys: tickets by place, tickets by renewal, dealers by last turn, flag of a used-up rate."""
    return tuple(f"lightspeed/turns/{login_key}/{word}" for word in ("waiting", "alive", "served", "used-up"))
