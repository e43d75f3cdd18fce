"""The one exception by which a run ends before its last code, or this worker leaves it."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final


class Interruption(Enum):
    """Why a run was interrupted."""

    # This worker leaves the run, and it continues elsewhere.
    LEASE_LOST = auto()
    SHUTDOWN = auto()
    YIELDED = auto()
    # The run ends.
    CANCELLED = auto()
    DISABLED = auto()
    SKIPPED = auto()
    OUT_OF_TIME = auto()
    ACCOUNT_REFUSED = auto()


CONTINUES_ELSEWHERE: Final = (Interruption.LEASE_LOST, Interruption.SHUTDOWN, Interruption.YIELDED)


class RunInterrupted(Exception):
    """Raised anywhere below `run_sync.execute`, which handles every reason in one place.

    `sentence` explains an end to the dealer; of a run that continues elsewhere it is for the log.
    """

    def __init__(self, reason: Interruption, sentence: str | None = None) -> None:
        super().__init__(sentence or reason.name.lower())
        self.reason = reason
        self.sentence = sentence

    @property
    def continues_elsewhere(self) -> bool:
        return self.reason in CONTINUES_ELSEWHERE
