"""A dealer's situation, on which the next step on the home page depends. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Hold(NamedTuple):
    """What waits for a decision: a clearing, by its run, or a whole pull; and its supplier code."""

    run_id: int
    supplier_code: str
    pull_id: int | None = None


class LastRun(NamedTuple):
    """The dealer's last run: `retry` is when its failed codes are retried, such as `at 1:28 PM`, or empty."""

    run_id: int
    is_active: bool = False
    is_failed: bool = False
    is_partial: bool = False
    remaining: str = ""
    retry: str = ""


@dataclass(frozen=True)
class Situation:
    """What the next step depends on.

    `check_state` is one of `CHECK_STATES`; `in_organization`: the organization has the credentials (R2).
    `disabled_day` is today's name if it is disabled (R7), else empty. `received` and `skipped` count the
    parts of the last run, and `next_update` is when the next one is due, such as `at 1:00 PM`, or empty.
    """

    is_enabled: bool = True
    check_state: str = "connected"
    in_organization: bool = False
    has_codes: bool = True
    hold: Hold | None = None
    has_stock: bool = True
    disabled_day: str = ""
    last: LastRun | None = None
    is_stale: bool = False
    received: int = 0
    skipped: int = 0
    has_alerts: bool = False
    next_update: str = ""
