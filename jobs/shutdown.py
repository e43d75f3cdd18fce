"""The stop flag of this process: set by a signal, read by the engine between pages and while it waits.

A plain value: a lock, such as that of a `threading.Event`, could be held by the very code that a signal
interrupts, and its handler would wait for ever.
"""

from __future__ import annotations

import signal
import time
from types import FrameType

USUAL = (signal.SIGTERM, signal.SIGINT)
# Seconds between two looks at the flag while pausing.
LOOK_EVERY = 0.1

_is_requested = False


def requested() -> bool:
    """Whether this process was told to stop."""
    return _is_requested


def pause(seconds: float) -> None:
    """Sleep, but not beyond being told to stop."""
    deadline = time.monotonic() + seconds
    while not _is_requested and (left := deadline - time.monotonic()) > 0:
        time.sleep(min(left, LOOK_EVERY))


def request(_signal: int = 0, _frame: FrameType | None = None) -> None:
    """Set the flag."""
    global _is_requested
    _is_requested = True


def forget() -> None:
    """Clear the flag: in a child process, which was not told what its parent was told."""
    global _is_requested
    _is_requested = False


def on_signals(*signals: signal.Signals) -> None:
    """Set the flag on these signals, instead of dying of them."""
    for number in signals:
        signal.signal(number, request)
