"""`python -m benchmarks.budget`: whether the rate limit is used up, never exceeded, and shared fairly (R9).

Real worker processes sync 40 dealers, first under one credential, then each under its own, from a simulator
that counts for itself and would refuse excess requests. Minutes are counted from a login's first request;
"sustained" is the rate of each 200 requests in a row, whenever they began. It is lowest between the first
minute, whose requests were sent at once, and the even pace after it. There is no preemption here, so that the
same dealers share the limit for minutes; `python -m benchmarks.fairness` measures that.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator, Sequence

from benchmarks import machine, table
from benchmarks.budget.checks import check_credentials
from benchmarks.budget.evaluation import Verdict, evaluate
from benchmarks.databases import DATABASES
from benchmarks.seed import SeedDealer
from benchmarks.testbed import Testbed, testbed, wait

FULL = 0.97
HEADINGS = (
    *("40 dealers on", "requests", "dealers", "least minute", "median minute", "sustained", "least"),
    *("most in 60 s", "429", "least/most served", "check idle, s", "check busy, s", "longest, s"),
)


def main(words: list[str] | None = None) -> int:
    """Measure each scenario; 1 if the limit was not used up, or exceeded."""
    options = _options().parse_args(words)
    rows, kept = [], []
    for title, username, codes in (("one credential", "group", 100), ("a credential each", None, 450)):
        if options.scenario not in ("both", title.split()[0]):
            continue
        dealers = [_dealer(number, username, codes) for number in range(options.dealers)]
        verdict, idle, busy = _measure(dealers, options)
        rows.append((title, *_cells(verdict, idle, busy)))
        kept.append(verdict.is_kept(options.rate, FULL))
        print("  ".join(rows[-1]), file=sys.stderr, flush=True)
    table.show(machine.describe(), HEADINGS, rows)
    return 0 if all(kept) else 1


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.budget", description=__doc__)
    parser.add_argument("--scenario", choices=("both", "one", "a"), default="both")
    parser.add_argument("--seconds", type=int, default=270, help="of each scenario (default 270)")
    parser.add_argument("--rate", type=int, default=200, help="requests a minute (default 200)")
    parser.add_argument("--latency", type=float, default=0.1, help="of the service, in seconds (default 0.1)")
    parser.add_argument("--dealers", type=int, default=40)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--check-every", type=float, default=20.0, metavar="SECONDS")
    parser.add_argument("--database", choices=DATABASES, default="postgresql")
    return parser


def _dealer(number: int, username: str | None, codes: int) -> SeedDealer:
    """Codes of one page each: many requests for little local work."""
    cmf = str(76_000_000 + number)
    return SeedDealer(f"Dealer {number}", cmf, username or cmf, codes, parts=2)


def _measure(
    dealers: Sequence[SeedDealer], options: argparse.Namespace
) -> tuple[Verdict, float, list[float]]:
    switches = {"requests_per_minute": options.rate, "over_rate": "429", "latency": options.latency}
    variables = {"LIGHTSPEED_REQUESTS_PER_MINUTE": str(options.rate), "RUN_SLICE_SECONDS": "0"}
    with testbed(options.database, switches, variables) as bed:
        bed.add_dealers(dealers)
        bed.start_workers(options.workers)
        # The first one waits for the worker's start.
        check_credentials(bed.ids[dealers[0].cmf])
        idle = check_credentials(bed.ids[dealers[0].cmf])
        before = len(bed.service.requests())
        bed.queue(dealers)
        wait(lambda: len(bed.service.requests()) > before, "the first request", 60)
        busy = list(_check_while_busy(bed, options))
        return evaluate(bed.service.requests()[before:], options.rate), idle, busy


def _check_while_busy(bed: Testbed, options: argparse.Namespace) -> Iterator[float]:
    """Check the credentials of dealers that are being synced, until the time is over."""
    end = time.monotonic() + options.seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(left, options.check_every))
        running = bed.running()
        if running and time.monotonic() < end:
            yield check_credentials(running[0])


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
