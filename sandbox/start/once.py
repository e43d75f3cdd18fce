"""One whole sync through Redis, a worker and the simulator, watched to its end."""

from __future__ import annotations

import sys
import time

from sandbox.start.samples import Commands
from sandbox.start.stored import Stored

# Seconds. The sample takes well under a minute where nothing is wrong.
PATIENCE = 600


def sync(commands: Commands, stored: Stored, dealer_id: int) -> int:
    """Queue a sync, wait for its end, print its summary; 0 only if it succeeded."""
    run_id = int(commands.run("sync", "queue", "--dealer", str(dealer_id), "--anyway"))
    print(f"Run {run_id} is queued.", flush=True)
    status = _watch(stored, run_id)
    print("\n".join(stored.summary(run_id)))
    print(f"Run {run_id} {status}. Report: {stored.report_path(run_id) or 'none'}")
    return 0 if status == "succeeded" else 1


def _watch(stored: Stored, run_id: int) -> str:
    deadline = time.monotonic() + PATIENCE
    told = ""
    while time.monotonic() < deadline:
        status, done, codes, parts = stored.progress(run_id)
        if status not in ("queued", "running"):
            return status
        line = f"{status}: {done} of {codes} codes, {parts} parts"
        if line != told:
            print(line, flush=True)
            told = line
        time.sleep(0.5)
    print(f"Run {run_id} has not ended within {PATIENCE} seconds.", file=sys.stderr)
    return status
