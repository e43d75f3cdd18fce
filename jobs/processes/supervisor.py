"""Supervisor of child processes: restarts those that die, and ends all on shutdown.

The children are forks of this process and share the memory of its imports (copy-on-write). Therefore it
imports everything before forking, and neither opens connections nor starts threads.
"""

from __future__ import annotations

import gc
import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.context import ForkProcess

import sentry_sdk
import structlog

from jobs import shutdown

log = structlog.get_logger(__name__)

# Seconds. A child that dies at every start must not use up a core.
RESTART_PAUSE = 1.0
LOOK_EVERY = 0.2
# Shorter than the 10 s after which platforms kill processes (Heroku: 30 s).
LEAVE_WITHIN = 9.0

_FORK = multiprocessing.get_context("fork")


class Supervisor:
    """Supervises children; `mains` maps the name of each to its main function."""

    def __init__(self, mains: Mapping[str, Callable[[], None]]) -> None:
        self._mains = mains
        self._children: dict[str, ForkProcess] = {}

    def keep(self) -> None:
        """Run until SIGTERM or SIGINT, then terminate the children and wait for their end."""
        shutdown.on_signals(*shutdown.USUAL)
        _freeze()
        try:
            for name in self._mains:
                self._start(name)
            while not shutdown.requested():
                self._restart_dead()
                shutdown.pause(LOOK_EVERY)
        finally:
            self._leave()

    def _start(self, name: str) -> None:
        child = _FORK.Process(target=_child, args=(self._mains[name],), name=name)
        with _signals_blocked():
            child.start()
        self._children[name] = child
        log.info("process.started", process=name, pid=child.pid)

    def _restart_dead(self) -> None:
        for name, child in list(self._children.items()):
            if not child.is_alive():
                log.warning("process.died", process=name, pid=child.pid, status=child.exitcode)
                shutdown.pause(RESTART_PAUSE)
                if not shutdown.requested():
                    self._start(name)

    def _leave(self) -> None:
        for child in self._children.values():
            child.terminate()
        deadline = time.monotonic() + LEAVE_WITHIN
        # Not `join`: it waits for a pipe that the work-horse of a killed worker keeps open.
        while any(child.is_alive() for child in self._children.values()) and time.monotonic() < deadline:
            time.sleep(LOOK_EVERY / 4)
        for child in self._children.values():
            if child.is_alive():
                log.error("process.killed", process=child.name, pid=child.pid)
                child.kill()


def _freeze() -> None:
    """Keep the garbage collector from writing to shared memory, which would copy its pages."""
    gc.collect()
    gc.freeze()
    # Each child enables garbage collection for itself; this process creates almost no garbage.
    gc.disable()


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """Block signals during a fork, until parent and child each have their own handlers."""
    previous = signal.pthread_sigmask(signal.SIG_BLOCK, shutdown.USUAL)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, previous)


def _child(main: Callable[[], None]) -> None:
    gc.enable()
    shutdown.forget()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, shutdown.USUAL)
    try:
        main()
    finally:
        # A fork does not run its parent's exit handlers, one of which flushes Sentry.
        sentry_sdk.flush(timeout=2)
