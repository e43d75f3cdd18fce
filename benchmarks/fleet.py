"""`python -m benchmarks.fleet`: dealers of one slot, all due at once, until the last of them is done.

One `worker` as the Procfile starts it serves them, with two processes for syncs and one for short work. The
first round brings in every dealer, the others find nothing changed. The service answers at once.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from benchmarks import machine, table, targets
from benchmarks.databases import DATABASES
from benchmarks.environment import UNLIMITED
from benchmarks.seed import SeedDealer
from benchmarks.snapshot import read_only
from benchmarks.testbed import Testbed, testbed, wait
from webapp.core import clock
from webapp.extensions import db
from webapp.models import Run
from webapp.runs import scheduled_runs
from webapp.runs.lifecycle import Slot
from webapp.search import outbox

HEADINGS = (
    *("round", "dealers", "minutes", "runs a minute", "a run, s", "index drained after, s"),
    *("not succeeded", ""),
)
ZERO = timedelta()
FIRST_DAY = date(2026, 1, 1)
# What the target is for.
MANY = 1_000
TIMEOUT = 3600.0


def main(words: list[str] | None = None) -> int:
    """Measure each round; 1 if a run did not succeed."""
    options = _options().parse_args(words)
    print(machine.describe(), flush=True)
    dealers = [
        SeedDealer(f"Dealer {number}", str(number), f"login {number}", options.codes, options.parts)
        for number in range(1, options.dealers + 1)
    ]
    variables = {"WORKER_PROCESSES": str(options.processes), "LIGHTSPEED_REQUESTS_PER_MINUTE": str(UNLIMITED)}
    rows, minutes = [], 0.0
    with testbed(options.database, {"requests_per_minute": UNLIMITED}, variables) as bed:
        bed.add_dealers(dealers)
        bed.program.start("worker", "jobs.worker")
        # The worker's processes have forked and compiled their statements by then.
        _round(bed, dealers[: 2 * options.processes], 0, "warm-up")
        for number, title in enumerate(("first", *["unchanged"] * options.rounds), 1):
            row, minutes = _round(bed, dealers, number, title)
            print("  ".join(row), file=sys.stderr, flush=True)
            rows.append(row)
    size = f"{options.codes} codes of {options.parts} parts each"
    table.show(f"{options.dealers:,} dealers due at once, {size}", HEADINGS, rows)
    if options.dealers >= MANY:
        targets.show("Target", [targets.FLEET.row(minutes)])
    return int(any(row[-2] != "0" for row in rows))


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet", description=__doc__)
    parser.add_argument("--dealers", type=int, default=1000, help="(default 1000)")
    parser.add_argument("--codes", type=int, default=1, help="of each dealer (default 1)")
    parser.add_argument("--parts", type=int, default=100, help="of each code (default 100)")
    parser.add_argument("--processes", type=int, default=2, help="of the worker, for syncs (default 2)")
    parser.add_argument("--rounds", type=int, default=1, help="in which nothing changed (default 1)")
    parser.add_argument("--database", choices=DATABASES, default="postgresql")
    return parser


def _round(
    bed: Testbed, dealers: Sequence[SeedDealer], number: int, title: str
) -> tuple[tuple[str, ...], float]:
    """Start a slot of each dealer at once, and wait for the last; the row, and its minutes."""
    begun = time.monotonic()
    run_ids = _start([bed.ids[one.cmf] for one in dealers], Slot(FIRST_DAY + timedelta(days=number), 1))
    wait(lambda: bed.are_finished(run_ids), "the end of every run", TIMEOUT, every=0.25)
    seconds = time.monotonic() - begun
    wait(lambda: not outbox.pending(), "an empty outbox", TIMEOUT, every=0.25)
    drained = time.monotonic() - begun - seconds
    runs = [bed.run(run_id) for run_id in run_ids]
    bad = sum(run.status != "succeeded" for run in runs)
    own = sum(((run.finished_at or run.queued_at) - (run.started_at or run.queued_at) for run in runs), ZERO)
    each = f"{own.total_seconds() / len(runs):.3f}"
    pace = f"{len(run_ids) / seconds * 60:.0f}"
    row = (title, str(len(run_ids)), f"{seconds / 60:.2f}", pace, each, f"{drained:.1f}", str(bad), "")
    return row, seconds / 60


def _start(dealer_ids: Sequence[int], slot: Slot) -> list[int]:
    """Queue the runs as the tick does; their ids."""
    db.session.rollback()
    scheduled_runs.start(dict.fromkeys(dealer_ids, slot), clock.now())
    with read_only():
        return list(db.session.scalars(select(Run.id).where(Run.slot_date == slot.date)))


if __name__ == "__main__":
    sys.exit(main())
