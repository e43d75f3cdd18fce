"""What a cause of alerts is: words, and a function that finds where it holds now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Finding:
    """One place where a cause holds: a dealer, or the whole deployment where `dealer_id` is None.

    `subject` tells several of one dealer apart, such as by a supplier code. `only_if_open` keeps an alert
    open that is open, and opens none: for what is not decided yet, and against going to and fro at a limit.
    """

    dealer_id: int | None
    sentence: str
    subject: str = ""
    only_if_open: bool = False


@dataclass(frozen=True)
class AlertRule:
    """`name` is kept with each alert. `label` names it and `over` says that it is no longer so, to a dealer.

    `tone` is `danger` or `warning`.

    `found` answers every place where it holds at a moment (UTC), from rows alone and in few queries however
    many dealers there are. What it writes for the next round it commits itself.
    """

    name: str
    label: str
    tone: str
    over: str
    found: Callable[[datetime], Iterable[Finding]]
