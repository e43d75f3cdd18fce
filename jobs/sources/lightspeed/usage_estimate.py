"""Upper bounds of the requests that other processes send to the service, for the rate budget."""

from typing import Protocol


class UsageEstimate(Protocol):
    """Estimate for outages and restarts of Redis. Both methods may block, and run in any thread."""

    def sent(self, seconds: float) -> int:
        """Return an upper bound of the requests that all processes, this one included, sent in `seconds`."""
        ...

    def senders(self) -> int:
        """Return an upper bound of the processes that send requests now."""
        ...


class NoOtherUsage:
    """Estimate for a single process."""

    def sent(self, seconds: float) -> int:
        return 0

    def senders(self) -> int:
        return 1
