"""Actors outside of requests for the audit log: a command, or the schedule."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_outside_of_requests: ContextVar[str] = ContextVar("actor", default="schedule")


@contextmanager
def by_command() -> Iterator[None]:
    """Attribute changes in this context to a command, instead of to the schedule."""
    token = _outside_of_requests.set("command")
    try:
        yield
    finally:
        _outside_of_requests.reset(token)


def background_actor() -> str:
    """Return the actor of a change made outside of a request: `command` or `schedule`."""
    return _outside_of_requests.get()
