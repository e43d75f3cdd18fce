"""A call that runs beside its caller, who can leave at any time."""

import contextvars
import math
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

TICK = 0.25
"""Seconds between two looks around while waiting: half of the 0.5 s that callers are promised."""

Waiting = Callable[[], None]
"""Called every `TICK` during a wait; what it raises ends the wait."""


class Abandoned(Exception):
    """Raised inside a background call whose caller has left: nobody will see its outcome."""


class Cancellable(Generic[T]):
    """Runs `call` in a thread that never keeps the process from ending.

    `call` is handed a function to call during its own waits and before each thing that must not happen for
    nobody; it raises `Abandoned` once the caller has left.
    """

    def __init__(self, call: Callable[[Waiting], T]) -> None:
        self._call = call
        self._done = threading.Event()
        self._abandoned = threading.Event()
        self._value: T
        self._error: BaseException | None = None
        # With the caller's context, so that what it bound to its log lines is on those of the thread too.
        run = contextvars.copy_context().run
        threading.Thread(target=run, args=(self._run,), name="lightspeed", daemon=True).start()

    def result(self, waiting: Waiting, within: float | None = None) -> T:
        """Wait for the outcome, calling `waiting` in this thread every `TICK`.

        What `call` raised is raised here. Whatever `waiting` raises, and `TimeoutError` once `within` seconds
        have passed, abandon the call.
        """
        give_up = time.monotonic() + (math.inf if within is None else within)
        try:
            while not self._done.wait(min(TICK, max(0.0, give_up - time.monotonic()))):
                waiting()
                if time.monotonic() >= give_up:
                    raise TimeoutError
        except BaseException:
            self.abandon()
            raise
        if self._error is not None:
            raise self._error
        return self._value

    def abandon(self) -> None:
        """Leave the call to itself; harmless when it has already ended."""
        self._abandoned.set()

    def _run(self) -> None:
        try:
            self._value = self._call(self._still_wanted)
        except BaseException as error:  # noqa: BLE001 - it is raised again where the caller waits
            self._error = error
        finally:
            self._done.set()

    def _still_wanted(self) -> None:
        if self._abandoned.is_set():
            raise Abandoned


def sleep(seconds: float, waiting: Waiting) -> None:
    """Sleep, calling `waiting` before and every `TICK`."""
    wake = time.monotonic() + seconds
    waiting()
    while (left := wake - time.monotonic()) > 0:
        time.sleep(min(TICK, left))
        waiting()
