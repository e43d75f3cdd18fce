"""Queues short syncs behind others, and measures how long they wait, and what every dealer is left with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.seed import SeedDealer
from benchmarks.snapshot import Snapshot, take_snapshot
from benchmarks.testbed import Testbed, testbed, wait
from webapp.search import outbox

TIMEOUT = 600.0


@dataclass(frozen=True)
class Case:
    """The dealers that keep the workers busy, those queued behind them, and the switches of the service."""

    title: str
    ahead: Sequence[SeedDealer]
    behind: Sequence[SeedDealer]
    switches: dict[str, object]
    per_minute: int


@dataclass(frozen=True)
class Outcome:
    """Seconds from being queued: to the start of each short sync, to its end, and to the end of the others.

    `snapshots` are by CMF.
    """

    waits: list[float]
    short: list[float]
    long: list[float]
    preemptions: int
    snapshots: dict[str, Snapshot]


def run_case(case: Case, database: str, workers: int, slice_seconds: int) -> Outcome:
    """Every sync on a testbed of its own, with a time slice or (0) without."""
    variables = {
        "RUN_SLICE_SECONDS": str(slice_seconds),
        "LIGHTSPEED_REQUESTS_PER_MINUTE": str(case.per_minute),
    }
    limits = {"requests_per_minute": case.per_minute, "over_rate": "429"}
    with testbed(database, limits | case.switches, variables) as bed:
        bed.add_dealers([*case.ahead, *case.behind])
        bed.start_workers(workers)
        first = bed.queue(case.ahead)
        wait(lambda: len(bed.running()) >= min(workers, len(first)), "workers that are all busy", 60)
        later = bed.queue(case.behind)
        run_ids = [*first.values(), *later.values()]
        wait(lambda: bed.are_finished(run_ids), "the end of every run", TIMEOUT)
        wait(lambda: not outbox.pending(), "an empty outbox", TIMEOUT)
        return _outcome(bed, first, later)


def _outcome(bed: Testbed, first: dict[str, int], later: dict[str, int]) -> Outcome:
    ahead = [bed.run(run_id) for run_id in first.values()]
    behind = [bed.run(run_id) for run_id in later.values()]
    ends = {run: (run.finished_at or run.queued_at) - run.queued_at for run in (*ahead, *behind)}
    return Outcome(
        waits=[((run.started_at or run.queued_at) - run.queued_at).total_seconds() for run in behind],
        short=[ends[run].total_seconds() for run in behind],
        long=[ends[run].total_seconds() for run in ahead],
        preemptions=sum(run.yielded for run in (*ahead, *behind)),
        snapshots={cmf: take_snapshot(bed.ids[cmf], run_id) for cmf, run_id in (first | later).items()},
    )
