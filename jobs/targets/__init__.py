"""Targets receive the products whose webstore figures changed (R17), one package each.

docs/architecture.md says what a second target takes.
"""

from typing import Final

from jobs.targets.search_index import SearchIndexTarget
from jobs.targets.target import Target

TARGETS: Final[tuple[Target, ...]] = (SearchIndexTarget(),)


def notify_all() -> None:
    """Notify every target; to be called after the commit of a change."""
    for target in TARGETS:
        target.notify()


def notify_pending() -> int:
    """Notify the targets for which outbox entries wait; returns the number of entries."""
    waiting = 0
    for target in TARGETS:
        if pending := target.pending():
            target.notify()
            waiting += pending
    return waiting
