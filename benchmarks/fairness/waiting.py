"""Queues short syncs behind others, and tells how long they waited, and whether all came to the same end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.faults.left import Left, left
from benchmarks.sharing.ground import Ground, ground, wait
from benchmarks.sharing.shops import Shop
from webapp.search import outbox

PATIENCE = 600.0


@dataclass(frozen=True)
class Case:
    """Who is queued first and holds the workers, who comes behind them, and how the service behaves."""

    title: str
    ahead: Sequence[Shop]
    behind: Sequence[Shop]
    switches: dict[str, object]
    per_minute: int


@dataclass(frozen=True)
class Outcome:
    """Seconds from being queued: to the start of each short sync, to its end, and to the end of the others.

    `gave_way` is how often runs let others go first, `left` what each dealer was left with.
    """

    waits: list[float]
    short: list[float]
    long: list[float]
    gave_way: int
    left: dict[str, Left]


def carry_out(case: Case, database: str, workers: int, slice_seconds: int) -> Outcome:
    """Everybody's sync on workers of their own, with a slice or (0) without."""
    variables = {
        "RUN_SLICE_SECONDS": str(slice_seconds),
        "LIGHTSPEED_REQUESTS_PER_MINUTE": str(case.per_minute),
    }
    limits = {"requests_per_minute": case.per_minute, "over_rate": "429"}
    with ground(database, limits | case.switches, variables) as made:
        made.open([*case.ahead, *case.behind])
        made.staff(workers)
        first = made.queue(case.ahead)
        wait(lambda: len(made.running()) >= min(workers, len(first)), "workers that are all busy", 60)
        later = made.queue(case.behind)
        runs = first | later
        wait(lambda: made.are_over(list(runs.values())), "the end of every run", PATIENCE)
        wait(lambda: not outbox.pending(), "an empty outbox", PATIENCE)
        return _outcome(made, first, later)


def _outcome(made: Ground, first: dict[str, int], later: dict[str, int]) -> Outcome:
    ahead = [made.run(run_id) for run_id in first.values()]
    behind = [made.run(run_id) for run_id in later.values()]
    ends = {run: (run.finished_at or run.queued_at) - run.queued_at for run in (*ahead, *behind)}
    return Outcome(
        waits=[((run.started_at or run.queued_at) - run.queued_at).total_seconds() for run in behind],
        short=[ends[run].total_seconds() for run in behind],
        long=[ends[run].total_seconds() for run in ahead],
        gave_way=sum(run.gave_way for run in (*ahead, *behind)),
        left={cmf: left(made.ids[cmf], run_id) for cmf, run_id in (first | later).items()},
    )
