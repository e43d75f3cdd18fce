"""`python -m benchmarks.budget`: whether the rate budget is full, never exceeded, and shared fairly (R9).

Real worker processes sync 40 dealers, first under one credential, then each under its own, from a simulator
that counts for itself and would refuse what is too much. Minutes are counted from a login's first request;
"sustained" is how fast each row of 200 came, whenever it began. The least of these is where the first minute,
whose requests were sent within moments, gives way to an even pace. Nobody gives way here, so that the same
dealers share the budget for minutes; `python -m benchmarks.fairness` is about that.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator, Sequence

from benchmarks import machine, table
from benchmarks.budget.checks import check
from benchmarks.budget.judging import Verdict, judge
from benchmarks.databases import KINDS
from benchmarks.sharing.ground import Ground, ground, wait
from benchmarks.sharing.shops import Shop

FULL = 0.97
HEADINGS = (
    *("40 dealers on", "requests", "dealers", "least minute", "median minute", "sustained", "least"),
    *("most in 60 s", "429", "least/most served", "check idle, s", "check busy, s", "longest, s"),
)


def main(words: list[str] | None = None) -> int:
    """Measure each scenario; 1 where the budget was not full, or exceeded."""
    chosen = _choices().parse_args(words)
    rows, kept = [], []
    for title, username, codes in (("one credential", "group", 100), ("a credential each", None, 450)):
        if chosen.scenario not in ("both", title.split()[0]):
            continue
        shops = [_shop(number, username, codes) for number in range(chosen.dealers)]
        verdict, idle, busy = _measure(shops, chosen)
        rows.append((title, *_cells(verdict, idle, busy)))
        kept.append(verdict.is_kept(chosen.rate, FULL))
        print("  ".join(rows[-1]), file=sys.stderr, flush=True)
    print(f"\n{machine.described()}\n\n{table.plain(HEADINGS, rows)}\n\n{table.markdown(HEADINGS, rows)}")
    return 0 if all(kept) else 1


def _choices() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.budget", description=__doc__)
    parser.add_argument("--scenario", choices=("both", "one", "a"), default="both")
    parser.add_argument("--seconds", type=int, default=270, help="of each scenario (default 270)")
    parser.add_argument("--rate", type=int, default=200, help="requests a minute (default 200)")
    parser.add_argument("--latency", type=float, default=0.1, help="of the service, in seconds (default 0.1)")
    parser.add_argument("--dealers", type=int, default=40)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--check-every", type=float, default=20.0, metavar="SECONDS")
    parser.add_argument("--database", choices=KINDS, default="postgresql")
    return parser


def _shop(number: int, username: str | None, codes: int) -> Shop:
    """Codes of one page each: many requests for little work of ours."""
    cmf = str(76_000_000 + number)
    return Shop(f"Dealer {number}", cmf, username or cmf, codes, parts=2)


def _measure(shops: Sequence[Shop], chosen: argparse.Namespace) -> tuple[Verdict, float, list[float]]:
    limits = {"requests_per_minute": chosen.rate, "over_rate": "429", "latency": chosen.latency}
    variables = {"LIGHTSPEED_REQUESTS_PER_MINUTE": str(chosen.rate), "RUN_SLICE_SECONDS": "0"}
    with ground(chosen.database, limits, variables) as made:
        made.open(shops)
        made.staff(chosen.workers)
        # The first one waits for the worker's start.
        check(made.ids[shops[0].cmf])
        idle = check(made.ids[shops[0].cmf])
        before = len(made.service.recorded())
        made.queue(shops)
        wait(lambda: len(made.service.recorded()) > before, "the first request", 60)
        busy = list(_checks(made, chosen))
        return judge(made.service.recorded()[before:], chosen.rate), idle, busy


def _checks(made: Ground, chosen: argparse.Namespace) -> Iterator[float]:
    """Look at the credentials of dealers that are just being synced, until the time is over."""
    end = time.monotonic() + chosen.seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, chosen.check_every))
        running = made.running()
        if running and time.monotonic() < end:
            yield check(running[0])


def _cells(verdict: Verdict, idle: float, busy: Sequence[float]) -> tuple[str, ...]:
    return (
        f"{verdict.requests:,}",
        str(verdict.dealers),
        *_least_and_median(verdict.minutes),
        *reversed(_least_and_median(verdict.sustained)),
        str(verdict.peak),
        str(verdict.refused),
        f"{statistics.median(verdict.spread):.2f}" if verdict.spread else "",
        f"{idle:.2f}",
        f"{statistics.median(busy):.2f}" if busy else "",
        f"{max(busy):.2f}" if busy else "",
    )


def _least_and_median(shares: Sequence[float]) -> tuple[str, str]:
    if not shares:
        return "", ""
    return f"{min(shares) * 100:.1f} %", f"{statistics.median(shares) * 100:.1f} %"


if __name__ == "__main__":
    sys.exit(main())
