"""`python -m benchmarks.fairness`: how long short syncs wait behind long ones, with preemption and without.

Real worker processes are all busy with long syncs, and with one whose service takes seconds for each page;
then with dealers that share one login whose rate is used up. Short syncs of other dealers are queued behind
them. Each dealer must be left with the same both ways. Then the slot of a thousand dealers is started.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Iterator

from benchmarks import machine, table
from benchmarks.databases import DATABASES
from benchmarks.fairness.starting import measure_ticks
from benchmarks.fairness.waiting import Case, Outcome, run_case
from benchmarks.seed import SeedDealer
from benchmarks.snapshot import differences

HEADINGS = (
    *("short syncs queued behind", "preemption", "times", "wait, median s", "longest", "short done by"),
    *("long done by", "wait, of that without: median", "longest", "left with the same"),
)
TICK_HEADINGS = ("minute", "started", "tick, ms", "jobs that wait", "")
PAGE = 500


def main(words: list[str] | None = None) -> int:
    """Measure; 1 if a dealer was left with something else, or short syncs did not wait less."""
    options = _options().parse_args(words)
    print(machine.describe(), flush=True)
    is_good = True
    if options.short:
        rows = []
        for case in _cases(options):
            for row, is_good_row in _compare(case, options):
                rows.append(row)
                is_good = is_good and is_good_row
        table.show("Short syncs behind long ones", HEADINGS, rows)
    if options.due:
        is_good = _start_all(options) and is_good
    return int(not is_good)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fairness", description=__doc__)
    parser.add_argument("--short", type=int, default=30, help="short syncs; 0: none of this (default 30)")
    parser.add_argument("--pages", type=int, default=8, help="pages of a long sync's code (default 8)")
    parser.add_argument("--slice", type=int, default=5, metavar="SECONDS", help="(default 5)")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--latency", type=float, default=0.3, help="of the service, in seconds (default 0.3)")
    parser.add_argument("--slow", type=float, default=4.0, help="seconds more for the slow dealer's pages")
    parser.add_argument("--rate", type=int, default=60, help="of the shared login, a minute (default 60)")
    parser.add_argument("--due", type=int, default=1000, help="dealers of one slot; 0: none (default 1000)")
    parser.add_argument("--database", choices=DATABASES, default="postgresql")
    return parser


def _cases(options: argparse.Namespace) -> Iterator[Case]:
    """Workers busy with long syncs and the slow dealer; then all of them with one login."""
    short = [_dealer(f"Short {number}", 2_000 + number, 1, PAGE // 5) for number in range(options.short)]
    parts = options.pages * PAGE
    long = [_dealer(f"Long {number}", 1_000 + number, 12, parts) for number in range(options.workers - 1)]
    slow = _dealer("Slow", 1_900, 10, PAGE // 5)
    switches = {"latency": options.latency, "slow_seconds": options.slow, "slow_dealers": f'["{slow.cmf}"]'}
    title = f"{len(long)} long ones, and one with a slow service"
    yield Case(title, [*long, slow], short, switches, 1_000_000)
    numbers = range(2 * options.workers)
    shared = [SeedDealer(f"Group {number}", str(3_000 + number), "group", 12, 10) for number in numbers]
    title = f"{len(shared)} on one login at {options.rate} a minute"
    yield Case(title, shared, short, {"latency": options.latency}, options.rate)


def _dealer(name: str, number: int, codes: int, parts: int) -> SeedDealer:
    """A dealer with its own login."""
    return SeedDealer(name, str(number), f"login {number}", codes, parts)


def _compare(case: Case, options: argparse.Namespace) -> Iterator[tuple[tuple[str, ...], bool]]:
    """A row for each way, and whether it is as it should be."""
    without = run_case(case, options.database, options.workers, 0)
    yield _row(case, without, without), True
    preempted = run_case(case, options.database, options.workers, options.slice)
    same = sum(not differences(one, without.snapshots[cmf]) for cmf, one in preempted.snapshots.items())
    is_shorter = statistics.median(preempted.waits) < statistics.median(without.waits)
    yield _row(case, preempted, without, same), is_shorter and same == len(preempted.snapshots)


def _row(case: Case, outcome: Outcome, without: Outcome, same: int | None = None) -> tuple[str, ...]:
    median = statistics.median(outcome.waits)
    row = (
        *(case.title, "no" if same is None else "yes", str(outcome.preemptions)),
        *(
            f"{median:.1f}",
            f"{max(outcome.waits):.1f}",
            f"{max(outcome.short):.1f}",
            f"{max(outcome.long):.1f}",
        ),
        f"{median / statistics.median(without.waits):.2f}",
        f"{max(outcome.waits) / max(without.waits):.2f}",
        "" if same is None else f"{same} of {len(outcome.snapshots)}",
    )
    print("  ".join(row), file=sys.stderr, flush=True)
    return row


def _start_all(options: argparse.Namespace) -> bool:
    """Whether every dealer of one slot was started."""
    ticks = measure_ticks(options.due, options.database)
    rows = [
        (f"1:{minute:02} AM", str(tick.started), f"{tick.seconds * 1000:.0f}", str(tick.jobs), "")
        for minute, tick in enumerate(ticks)
    ]
    started = sum(tick.started for tick in ticks)
    table.show(f"{started} of {options.due} due dealers started", TICK_HEADINGS, rows)
    return started == options.due == ticks[-1].jobs


if __name__ == "__main__":
    sys.exit(main())
