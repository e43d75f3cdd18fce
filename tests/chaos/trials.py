"""The outcome of a disturbance: whether the run was left as an undisturbed one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.snapshot import Snapshot, differences
from benchmarks.testbed import TimedOut
from tests.chaos.harness import Harness


@dataclass
class Trial:
    """One disturbance, and what came out wrong."""

    what: str
    failures: list[str] = field(default_factory=list)

    def check(self, condition: object, failure: str) -> None:
        """Note the failure unless the condition is true."""
        if not condition:
            self.failures.append(failure)

    def compare(self, harness: Harness, snapshot: Snapshot) -> None:
        """Compare with the snapshot of an undisturbed run on the same stock."""
        names = differences(snapshot, harness.reference)
        self.failures += [f"{name} differs" for name in names]


@contextmanager
def attempt(harness: Harness, trial: Trial) -> Iterator[None]:
    """A timeout is a failure of the trial; the next one starts as it should all the same."""
    try:
        yield
    except TimedOut as timeout:
        trial.failures.append(str(timeout))
    if trial.failures:
        _recover(harness)


def _recover(harness: Harness) -> None:
    """Two undisturbed runs."""
    for _ in range(2):
        harness.workers.replace()
        try:
            harness.finish(harness.next_run())
        except TimedOut:
            continue


def failed(trials: Iterable[Trial]) -> list[str]:
    """What was not survived."""
    return [f"{trial.what}: {'; '.join(trial.failures)}" for trial in trials if trial.failures]
