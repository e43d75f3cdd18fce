"""Supervises a set of child processes: one that dies is restarted, and all leave when told to.

The children are forks of this process: what it imported is in memory once for all of them (copy-on-write).
So it imports first, and neither opens a connection nor starts a thread.
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

# Seconds. A child that dies at every start must not keep a core busy.
RESTART_PAUSE = 1.0
LOOK_EVERY = 0.2
# A platform ends what is left after some 10 s (Heroku: 30 s); ours are gone before.
LEAVE_WITHIN = 9.0

_FORK = multiprocessing.get_context("fork")


class Supervisor:
    """The children: what each does, by its name."""

    def __init__(self, mains: Mapping[str, Callable[[], None]]) -> None:
        self._mains = mains
        self._children: dict[str, ForkProcess] = {}

    def keep(self) -> None:
        """Run until SIGTERM or SIGINT, then pass it on and wait for the children to leave."""
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
        # Not `join`: that waits for a pipe which a work-horse of a killed worker would keep open.
        while any(child.is_alive() for child in self._children.values()) and time.monotonic() < deadline:
            time.sleep(LOOK_EVERY / 4)
        for child in self._children.values():
            if child.is_alive():
                log.error("process.killed", process=child.name, pid=child.pid)
                child.kill()


def _freeze() -> None:
    """Keep the garbage collector from writing to, and so from copying, the memory that children share."""
    gc.collect()
    gc.freeze()
    # Each child collects its own garbage; this process makes next to none.
    gc.disable()


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """A signal that arrives while forking waits until parent and child have each its own handlers."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, shutdown.USUAL)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _child(main: Callable[[], None]) -> None:
    gc.enable()
    shutdown.forget()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, shutdown.USUAL)
    try:
        main()
    finally:
        # A fork ends without the exit handlers of its parent, of which this is one.
        sentry_sdk.flush(timeout=2)
