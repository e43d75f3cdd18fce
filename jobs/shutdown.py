"""Stop flag of this process: set by a signal, read between pages and during waits.

A plain value: a lock, such as that of a `threading.Event`, could be held by the very code that a signal
interrupts, and its handler would deadlock.
"""

from __future__ import annotations

import signal
import time
from types import FrameType

USUAL = (signal.SIGTERM, signal.SIGINT)
# Seconds between two checks of the flag during a pause.
LOOK_EVERY = 0.1

_is_requested = False


def requested() -> bool:
    """Whether shutdown was requested."""
    return _is_requested


def pause(seconds: float) -> None:
    """Sleep until the time has passed or shutdown is requested."""
    deadline = time.monotonic() + seconds
    while not _is_requested and (left := deadline - time.monotonic()) > 0:
        time.sleep(min(left, LOOK_EVERY))


def request(_signal: int = 0, _frame: FrameType | None = None) -> None:
    """Set the flag."""
    global _is_requested
    _is_requested = True


def forget() -> None:
    """Clear the flag in a child process: the signal was for its parent."""
    global _is_requested
    _is_requested = False


def on_signals(*signals: signal.Signals) -> None:
    """Set the flag on these signals, instead of the default action."""
    for number in signals:
        signal.signal(number, request)
