"""What an engine needs of the process it runs in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jobs.sources.source import Credentials, Source


@dataclass(frozen=True)
class RunContext:
    """What an engine needs of the process it runs in.

    `connect` opens the service for a login, `should_stop` reads the process's stop flag, `tell` takes lines
    of progress for a person, and `applied` is called after each commit that may leave something to reindex.
    After `slice_seconds` the run gives way to others that have not begun; 0: to nobody.
    """

    connect: Callable[[Credentials], Source]
    should_stop: Callable[[], bool] = lambda: False
    tell: Callable[[str], None] = lambda line: None
    applied: Callable[[], None] = lambda: None
    slice_seconds: float = 0.0
