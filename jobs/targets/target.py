"""The interface of a target."""

from typing import Protocol


class Target(Protocol):
    """Receives the current figures of products from the outbox, so delivering an entry twice does no harm."""

    def notify(self) -> bool:
        """Enqueue a job that drains the outbox; False if Redis did not take it, then the tick tries again."""
        ...

    def pending(self) -> int:
        """How many outbox entries wait."""
        ...

    def drain(self) -> int:
        """Deliver waiting entries; returns the number of products written.

        Stops between two batches on shutdown: what is left waits in the outbox for the next tick.
        """
        ...
