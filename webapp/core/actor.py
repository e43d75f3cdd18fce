"""Names who acts outside of requests, for the audit log: a command, or the program itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_outside_of_requests: ContextVar[str] = ContextVar("actor", default="schedule")


@contextmanager
def by_command() -> Iterator[None]:
    """Attribute what happens within to a command, in place of the schedule."""
    token = _outside_of_requests.set("command")
    try:
        yield
    finally:
        _outside_of_requests.reset(token)


def outside_of_requests() -> str:
    """The actor of a change that no request made: `command` or `schedule`."""
    return _outside_of_requests.get()
