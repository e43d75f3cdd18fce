"""One complete sync through Redis, a worker and the simulator, with its progress."""

from __future__ import annotations

import sys
import time
from datetime import timedelta

from sandbox.start.commands import Commands
from sandbox.start.program import Program
from sandbox.start.state import DatabaseState, Progress
from sandbox.start.steps import TELL_EVERY
from webapp.core.limits import HEARTBEAT_TIMEOUT

# Seconds. The sample takes well under a minute if nothing is wrong.
TIMEOUT = 600
# A live worker sends heartbeats more often.
SILENT_AFTER = timedelta(seconds=30)


def sync(program: Program, commands: Commands, stored: DatabaseState, dealer_id: int) -> int:
    """Queue a sync, wait for its end, print its summary; return 0 only if it succeeded.

    A run left behind by an earlier start is finished instead, as a dealer has one at a time.
    """
    left = stored.active(dealer_id)
    run_id = int(commands.run("sync", "queue", "--dealer", str(dealer_id), "--anyway"))
    told = "is queued" if run_id != left else "was left by an earlier start, and is finished now"
    print(f"Run {run_id} {told}.", flush=True)
    status = _watch(program, stored, run_id)
    print("\n".join(stored.summary(run_id)))
    print(f"Run {run_id} {status}. Report: {stored.copy_report(run_id) or 'none'}")
    return 0 if status == "succeeded" else 1


def _watch(program: Program, stored: DatabaseState, run_id: int) -> str:
    """Return the run's final status. A waiting run is enqueued: this Redis has no jobs from before."""
    deadline = time.monotonic() + TIMEOUT
    told, told_at = "", 0.0
    while time.monotonic() < deadline:
        progress = stored.progress(run_id)
        if not progress.is_active:
            return progress.status
        if progress.status == "queued" or progress.silent_for > HEARTBEAT_TIMEOUT:
            stored.enqueue_run(run_id)
        line = _line(progress)
        if line != told or time.monotonic() - told_at >= TELL_EVERY:
            print(line, flush=True)
            told, told_at = line, time.monotonic()
        if name := program.ended():
            raise SystemExit(f"{name} has ended; the end of its log:\n{program.last_words(name)}")
        time.sleep(0.5)
    print(f"Run {run_id} has not ended within {TIMEOUT} seconds.", file=sys.stderr)
    return progress.status


def _line(progress: Progress) -> str:
    line = f"{progress.status}: {progress.done} of {progress.codes} codes, {progress.parts} parts"
    if progress.status == "running" and progress.silent_for > SILENT_AFTER:
        left = max(0, int((HEARTBEAT_TIMEOUT - progress.silent_for).total_seconds()))
        line += f"; its worker has not been heard of lately, and another takes over in {left} s"
    return line
