"""Callbacks and limits that a process passes to a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jobs.sources.source import Credentials, Source


@dataclass(frozen=True)
class RunContext:
    """Callbacks and limits of the process.

    `connect` opens the source for a login, `should_stop` reads the stop flag, `tell` prints lines of progress
    to a terminal, and `applied` is called after each commit that may fill the outbox. After `slice_seconds`
    the run yields to runs that have not begun; 0: never.
    """

    connect: Callable[[Credentials], Source]
    should_stop: Callable[[], bool] = lambda: False
    tell: Callable[[str], None] = lambda line: None
    applied: Callable[[], None] = lambda: None
    slice_seconds: float = 0.0
