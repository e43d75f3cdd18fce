"""Upper bounds of what other processes send to the service, for the rate budget."""

from typing import Protocol


class UsageEstimate(Protocol):
    """Asked where Redis cannot tell. Both may take a moment, and are called in any thread."""

    def sent(self, seconds: float) -> int:
        """At most how many requests any process, this one too, may have sent in the last `seconds`."""
        ...

    def senders(self) -> int:
        """At most how many processes send requests now."""
        ...


class NoOtherUsage:
    """Usage of a single process."""

    def sent(self, seconds: float) -> int:
        return 0

    def senders(self) -> int:
        return 1
