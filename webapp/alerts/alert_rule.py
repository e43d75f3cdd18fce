"""Alert rules: labels, and a function that finds where the condition holds now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Finding:
    """One place where a condition holds: a dealer, or the whole deployment if `dealer_id` is None.

    `subject` distinguishes several of one dealer, such as by a supplier code. `only_if_open` keeps an open
    alert open, but opens none: for undecided states, and as hysteresis at a threshold.
    """

    dealer_id: int | None
    sentence: str
    subject: str = ""
    only_if_open: bool = False


@dataclass(frozen=True)
class AlertRule:
    """Rule with the `name` stored in each alert. To a dealer, `label` names it and `over` says that it has
    ended.

    `tone` is `danger` or `warning`. `page` is the endpoint to which a message about a dealer leads.

    `found` returns every place where the condition holds at a time (UTC), from rows alone and in few queries
    regardless of the number of dealers. It commits any state kept for the next evaluation.
    """

    name: str
    label: str
    tone: str
    over: str
    found: Callable[[datetime], Iterable[Finding]]
    page: str = "alerts.show"
