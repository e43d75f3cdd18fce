"""Values that are made beside their reader, some of them before they are wanted."""

import contextvars
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from jobs.lightspeed.background import TICK, Abandoned, Waiting

T = TypeVar("T")


class Stream(Generic[T]):
    """Runs the generator that `make` returns in a thread that never keeps the process from ending.

    At most `ahead` values are made before the reader takes them. `make` is handed a function to call during
    waits and before each thing that must not happen for nobody; it raises `Abandoned` once the reader has
    left.
    """

    def __init__(self, make: Callable[[Waiting], Iterator[T]], ahead: int) -> None:
        self._make = make
        self._made: queue.Queue[tuple[T] | _End] = queue.Queue(ahead)
        self._abandoned = threading.Event()
        # With the reader's context, so that what it bound to its log lines is on those of the thread too.
        run = contextvars.copy_context().run
        threading.Thread(target=run, args=(self._run,), name="lightspeed", daemon=True).start()

    def values(self, waiting: Waiting) -> Iterator[T]:
        """Yield each value once it is there, calling `waiting` in this thread every `TICK` until then.

        What the generator raised is raised here, after the values before it. Whatever `waiting` raises, and
        closing this iterator, abandon the generator.
        """
        try:
            while True:
                made = self._next(waiting)
                if isinstance(made, _End):
                    if made.error is not None:
                        raise made.error
                    return
                yield made[0]
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Leave the generator to itself; harmless when it has already ended."""
        self._abandoned.set()

    def _next(self, waiting: Waiting) -> "tuple[T] | _End":
        while True:
            try:
                return self._made.get(timeout=TICK)
            except queue.Empty:
                waiting()

    def _run(self) -> None:
        end = _End()
        try:
            for value in self._make(self._still_wanted):
                self._hand_over((value,))
        except BaseException as error:  # noqa: BLE001 - it is raised again where the reader waits
            end = _End(error)
        finally:
            self._hand_over(end)

    def _hand_over(self, made: "tuple[T] | _End") -> None:
        """Wait until there is room for it; nobody misses the end of what was abandoned."""
        while not self._abandoned.is_set():
            try:
                self._made.put(made, timeout=TICK)
            except queue.Full:
                continue
            return

    def _still_wanted(self) -> None:
        if self._abandoned.is_set():
            raise Abandoned


class _End:
    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error
