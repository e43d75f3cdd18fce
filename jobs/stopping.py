"""The stop flag of this process: set by a signal, read by the engine between pages and while it waits."""

from __future__ import annotations

import signal
import threading
from types import FrameType

USUAL = (signal.SIGTERM, signal.SIGINT)

_flag = threading.Event()


def requested() -> bool:
    """Whether this process was told to stop."""
    return _flag.is_set()


def pause(seconds: float) -> None:
    """Sleep, but not beyond being told to stop."""
    _flag.wait(seconds)


def request(_signal: int = 0, _frame: FrameType | None = None) -> None:
    """Set the flag."""
    _flag.set()


def on_signals(*signals: signal.Signals) -> None:
    """Set the flag on these signals, instead of dying of them."""
    for number in signals:
        signal.signal(number, request)
