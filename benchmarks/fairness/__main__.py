"""`python -m benchmarks.fairness`: how long short syncs wait behind long ones, with giving way and without.

Real worker processes are all taken by long syncs and one whose service takes seconds for each page; then by
dealers that share one login whose rate is used up. Short syncs of others are queued behind them. Whatever the
order, each dealer must be left with the same. Then the slot of a thousand dealers is started.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Iterator, Sequence

from benchmarks import machine, table
from benchmarks.databases import KINDS
from benchmarks.fairness.starting import Tick, ticks
from benchmarks.fairness.waiting import Case, Outcome, carry_out
from benchmarks.faults.left import differing
from benchmarks.sharing.shops import Shop

HEADINGS = (
    *("short syncs queued behind", "gives way", "times", "wait, median s", "longest", "short done by"),
    *("long done by", "wait, of that without: median", "longest", "left with the same"),
)
TICK_HEADINGS = ("minute", "started", "tick, ms", "ms each", "jobs that wait")
PAGE = 500


def main(words: list[str] | None = None) -> int:
    """Measure; 1 where a dealer was left with something else, or short syncs did not wait less."""
    chosen = _choices().parse_args(words)
    print(f"{machine.described()}\n", flush=True)
    kept = True
    if chosen.short:
        rows = []
        for case in _cases(chosen):
            found = list(_compared(case, chosen))
            rows += [cells for cells, _ in found]
            kept = kept and all(is_good for _, is_good in found)
        print(f"{table.plain(HEADINGS, rows)}\n\n{table.markdown(HEADINGS, rows)}\n", flush=True)
    if chosen.due:
        found_ticks = ticks(chosen.due, chosen.database)
        cells = [_tick_cells(minute, one) for minute, one in enumerate(found_ticks)]
        print(f"{table.plain(TICK_HEADINGS, cells)}\n\n{table.markdown(TICK_HEADINGS, cells)}\n")
        started = [one.started for one in found_ticks]
        print(f"started of due: {sum(started)} of {chosen.due}, in {sum(map(bool, started))} ticks")
        kept = kept and sum(started) == chosen.due == found_ticks[-1].jobs
    return 0 if kept else 1


def _choices() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fairness", description=__doc__)
    parser.add_argument("--short", type=int, default=30, help="short syncs; 0: none of this (default 30)")
    parser.add_argument("--pages", type=int, default=8, help="pages of a long sync's code (default 8)")
    parser.add_argument("--slice", type=int, default=5, metavar="SECONDS", help="(default 5)")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--latency", type=float, default=0.3, help="of the service, in seconds (default 0.3)")
    parser.add_argument("--slow", type=float, default=4.0, help="seconds more for the slow dealer's pages")
    parser.add_argument("--rate", type=int, default=60, help="of the shared login, a minute (default 60)")
    parser.add_argument("--due", type=int, default=1000, help="dealers of one slot; 0: none (default 1000)")
    parser.add_argument("--database", choices=KINDS, default="postgresql")
    return parser


def _cases(chosen: argparse.Namespace) -> Iterator[Case]:
    """All but the last of the workers are taken by long syncs, the last by the slow dealer."""
    short = [_own(f"Short {number}", 2_000 + number, 1, PAGE // 5) for number in range(chosen.short)]
    long = [
        _own(f"Long {number}", 1_000 + number, 12, chosen.pages * PAGE)
        for number in range(chosen.workers - 1)
    ]
    slow = _own("Slow", 1_900, 10, PAGE // 5)
    service = {"latency": chosen.latency, "slow_seconds": chosen.slow, "slow_dealers": f'["{slow.cmf}"]'}
    title = f"{len(long)} long ones, and one with a slow service"
    yield Case(title, [*long, slow], short, service, 1_000_000)
    shared = [
        Shop(f"Group {number}", str(3_000 + number), "group", 12, 10) for number in range(2 * chosen.workers)
    ]
    title = f"{len(shared)} on one login at {chosen.rate} a minute"
    yield Case(title, shared, short, {"latency": chosen.latency}, chosen.rate)


def _own(name: str, number: int, codes: int, parts: int) -> Shop:
    """A dealer with a login of its own."""
    return Shop(name, str(number), f"login {number}", codes, parts)


def _compared(case: Case, chosen: argparse.Namespace) -> Iterator[tuple[tuple[str, ...], bool]]:
    """The line of each way, and whether it is as promised."""
    undisturbed = carry_out(case, chosen.database, chosen.workers, 0)
    yield _cells(case, undisturbed, undisturbed, ""), not undisturbed.gave_way
    outcome = carry_out(case, chosen.database, chosen.workers, chosen.slice)
    others = [cmf for cmf, found in outcome.left.items() if differing(found, undisturbed.left[cmf])]
    same = f"{len(outcome.left) - len(others)} of {len(outcome.left)}"
    is_shorter = statistics.median(outcome.waits) < statistics.median(undisturbed.waits)
    yield _cells(case, outcome, undisturbed, same), is_shorter and not others


def _cells(case: Case, outcome: Outcome, against: Outcome, same: str) -> tuple[str, ...]:
    cells = (
        case.title,
        "yes" if same else "no",
        str(outcome.gave_way),
        *_middle_and_most(outcome.waits),
        f"{max(outcome.short):.1f}",
        f"{max(outcome.long):.1f}",
        f"{statistics.median(outcome.waits) / statistics.median(against.waits):.2f}",
        f"{max(outcome.waits) / max(against.waits):.2f}",
        same,
    )
    print("  ".join(cells), file=sys.stderr, flush=True)
    return cells


def _middle_and_most(seconds: Sequence[float]) -> tuple[str, str]:
    return f"{statistics.median(seconds):.1f}", f"{max(seconds):.1f}"


def _tick_cells(minute: int, tick: Tick) -> tuple[str, ...]:
    each = f"{tick.seconds * 1000 / tick.started:.1f}" if tick.started else ""
    return f"1:{minute:02} AM", str(tick.started), f"{tick.seconds * 1000:.0f}", each, str(tick.jobs)


if __name__ == "__main__":
    sys.exit(main())
