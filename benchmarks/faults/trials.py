"""What a disturbance comes to: whether it was survived, and what the table says of all of them."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby

from benchmarks.faults.ground import Ground, InVain
from benchmarks.faults.left import Left, differing


@dataclass
class Trial:
    """One disturbance: its kind, what was tried, what came out wrong, and seconds from crash to resumed.

    Those of one kind and `line` share a line of the table; without, those that were the same.
    """

    kind: str
    what: str
    faults: list[str] = field(default_factory=list)
    resumed: float | None = None
    line: str = ""

    @property
    def survived(self) -> bool:
        return not self.faults


def judge(ground: Ground, trial: Trial, found: Left) -> None:
    """Compare what is left with what the undisturbed run left."""
    trial.faults += [f"{name} differs" for name in differing(found, ground.references[ground.turn % 2])]


@contextmanager
def trying(ground: Ground, trial: Trial) -> Iterator[None]:
    """What was waited for in vain is a fault of the trial; the next one starts as it should all the same."""
    try:
        yield
    except InVain as vain:
        trial.faults.append(str(vain))
    if not trial.survived:
        _recover(ground)


def _recover(ground: Ground) -> None:
    """After what was not survived: two runs without a disturbance, so that the next starts as it should."""
    for _ in range(2):
        ground.staff()
        try:
            ground.finish(ground.next_run())
        except InVain:
            continue


def rows(trials: Iterable[Trial]) -> Iterator[tuple[str, ...]]:
    """A line for each kind and thing tried: tried, survived, seconds from crash to resumed."""
    ordered = sorted(trials, key=_line_of)
    for (kind, what), group in groupby(ordered, key=_line_of):
        tried = list(group)
        survived = sum(trial.survived for trial in tried)
        yield kind, str(len(tried)), str(survived), *seconds(tried), what


def _line_of(trial: Trial) -> tuple[str, str]:
    return trial.kind, trial.line or trial.what


def seconds(trials: Iterable[Trial]) -> tuple[str, str]:
    """The median and the longest time from crash to resumed."""
    taken = [trial.resumed for trial in trials if trial.resumed is not None]
    return (f"{statistics.median(taken):.1f}", f"{max(taken):.1f}") if taken else ("", "")
