"""Retry policy: whether a failed request is retried, and after which backoff."""

import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from jobs.sources.lightspeed.errors import LightspeedError

_random = random.SystemRandom()  # forked workers would share the default generator's state, and retry in sync

_SECONDS = re.compile(r"[0-9]{1,20}(?:\.[0-9]{0,20})?")


@dataclass(frozen=True)
class RetryPolicy:
    """Limits and backoff of one request, in seconds. Each page starts with a full policy.

    `attempts` includes the first one. Backoff starts at `base` and doubles up to `cap`, with jitter so that
    workers affected by the same outage do not retry in sync. `total` limits the time of attempts and waits
    together (waits for the rate budget do not count). A `Retry-After` is respected, but the request fails if
    it exceeds `retry_after_cap`: an earlier retry would be rejected too. `busy_pause` applies to 429 and 503
    without `Retry-After`: either may come from a limit per minute (docs/lightspeed-3pa.md, Rate), for which
    the usual backoff is too short.
    """

    attempts: int = 4
    base: float = 1.0
    cap: float = 20.0
    total: float = 180.0
    retry_after_cap: float = 120.0
    busy_pause: float = 30.0
    bad_answer_attempts: int = 2

    def wait_after(self, error: LightspeedError, attempt: int, spent: float) -> float | None:
        """Return the seconds to wait after failed attempt number `attempt` (from 1), or `None` to give up.

        `spent` is the seconds that attempts and waits have taken so far.
        """
        if attempt >= self._attempts_for(error):
            return None
        if error.retry_after is not None and error.retry_after > self.retry_after_cap:
            return None
        wait = self._wait(error, attempt)
        return wait if spent + wait <= self.total else None

    def backoff(self, attempt: int) -> float:
        """Return the exponential backoff after an attempt, with jitter: 50 to 100% of it."""
        return min(self.cap, self.base * 2.0 ** (attempt - 1)) * _random.uniform(0.5, 1.0)

    def _wait(self, error: LightspeedError, attempt: int) -> float:
        if error.retry_after is not None:
            return max(error.retry_after, self.backoff(attempt))
        if error.status in (429, 503):
            return self.busy_pause * _random.uniform(1.0, 1.5)
        return self.backoff(attempt)

    def _attempts_for(self, error: LightspeedError) -> int:
        if error.kind in ("account", "other_dealer"):
            return 1
        if error.kind == "bad_answer":
            # A redirect or a rejected request is permanent; a malformed list may be transient.
            return min(self.attempts, self.bad_answer_attempts) if error.status == 200 else 1
        return self.attempts


def seconds_to_wait(retry_after: str | None, date: str | None = None) -> float | None:
    """Parse a `Retry-After` header, seconds or an HTTP date, to seconds from now; `None` if it is neither.

    An HTTP date is compared with the response's `Date` header, because the server's clock may be minutes off,
    and with the local clock only if that header is missing or invalid. Fractional seconds are accepted.
    """
    text = (retry_after or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    retry_at = _http_date(text)
    if retry_at is None:
        return None
    return max(0.0, (retry_at - (_http_date(date or "") or datetime.now(UTC))).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # OverflowError: a year of twenty digits
        return None
    # "-0000" means UTC with an unknown local time zone.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
