"""When to try again, and after how long."""

import random
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from jobs.sources.lightspeed.errors import LightspeedError

_chance = random.SystemRandom()  # forked workers would share the state of the usual one, and return together

_SECONDS = re.compile(r"[0-9]{1,20}(?:\.[0-9]{0,20})?")


@dataclass(frozen=True)
class RetryPolicy:
    """Times in seconds. A policy is for one page: the next page starts afresh.

    `attempts` counts the first one too. Waits grow from `base` by doubling up to `cap`, with jitter so that
    workers that met the same outage do not return together. `total` bounds what is spent on attempts and
    waits together (waits for the rate budget are free). A `Retry-After` is obeyed, but one beyond
    `retry_after_cap` is not waited for: asking sooner than told would only make it worse. `busy_pause` is for
    429 and 503 without one: either may mean a limit that counts by the minute (docs/lightspeed-3pa.md, Rate),
    which seconds do not wait out.
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

        `spent` is what this page has cost so far, in seconds.
        """
        if attempt >= self._attempts_for(error):
            return None
        if error.retry_after is not None and error.retry_after > self.retry_after_cap:
            return None
        wait = self._wait(error, attempt)
        return wait if spent + wait <= self.total else None

    def backoff(self, attempt: int) -> float:
        """Return a jittered wait: between half and the whole of `base` doubled for each attempt before."""
        return min(self.cap, self.base * 2.0 ** (attempt - 1)) * _chance.uniform(0.5, 1.0)

    def _wait(self, error: LightspeedError, attempt: int) -> float:
        if error.retry_after is not None:
            return max(error.retry_after, self.backoff(attempt))
        if error.status in (429, 503):
            return self.busy_pause * _chance.uniform(1.0, 1.5)
        return self.backoff(attempt)

    def _attempts_for(self, error: LightspeedError) -> int:
        if error.kind in ("account", "other_dealer"):
            return 1
        if (
            error.kind == "bad_answer"
        ):  # a redirect or a refused request will be so again; a garbled list may not
            return min(self.attempts, self.bad_answer_attempts) if error.status == 200 else 1
        return self.attempts


def seconds_to_wait(retry_after: str | None, date: str | None = None) -> float | None:
    """Read a `Retry-After` header, seconds or an HTTP date, as seconds from now; `None` if it says none.

    An HTTP date is measured from the response's own `Date`: the server's clock may be minutes off. Our own
    clock is used only if that header is missing or cannot be read. Fractions of a second are accepted.
    """
    text = (retry_after or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    moment = _http_date(text)
    if moment is None:
        return None
    return max(0.0, (moment - (_http_date(date or "") or datetime.now(UTC))).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter for a year of twenty digits
        return None
    # "-0000": UTC, of unknown place.
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
