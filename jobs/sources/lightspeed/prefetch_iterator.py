"""Values that are made beside their reader, some of them before they are wanted."""

import contextvars
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from jobs.sources.lightspeed.cancellable import TICK, Abandoned, Waiting

T = TypeVar("T")


class PrefetchIterator(Generic[T]):
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

    def batches(self, waiting: Waiting) -> Iterator[list[T]]:
        """Yield all values that are there, as soon as there is one; calls `waiting` every `TICK` until then.

        That happens in this thread. What the generator raised is raised here, after the values before it.
        Whatever `waiting` raises, and closing this iterator, abandon the generator.
        """
        try:
            made: list[tuple[T] | _End] = []
            while not (made and isinstance(made[-1], _End)):
                made = [self._next(waiting), *self._others()]
                if values := [each[0] for each in made if not isinstance(each, _End)]:
                    yield values
            _raise_from(made[-1])
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

    def _others(self) -> "Iterator[tuple[T] | _End]":
        while not self._made.empty():
            yield self._made.get()

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


def _raise_from(last: object) -> None:
    if isinstance(last, _End) and last.error is not None:
        raise last.error
