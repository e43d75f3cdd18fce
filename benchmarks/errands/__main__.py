"""Carries out one errand in this process and prints what it took.

`python -m benchmarks.errands NAME ARGUMENT…`
"""

from __future__ import annotations

import gc
import json
import sys
import time

import structlog

from benchmarks.errands.catalog import DrainOutbox, ImportCatalog, IndexAll
from benchmarks.errands.fetching import Fetch
from benchmarks.errands.floor import Floor
from benchmarks.errands.searching import Search
from benchmarks.errands.shop import OpenDealer
from benchmarks.errands.syncing import Sync
from benchmarks.resources import forget_peak, peak_bytes
from webapp.application import create_app
from webapp.extensions import db

ERRANDS = {
    "import": ImportCatalog,
    "drain": DrainOutbox,
    "index": IndexAll,
    "dealer": OpenDealer,
    "sync": Sync,
    "search": Search,
    "fetch": Fetch,
    "floor": Floor,
}


def main(name: str, *arguments: str) -> None:
    """Run the errand inside the app's context; idle, this process is what a worker is between two jobs."""
    app = create_app()
    with app.app_context():
        structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
        db.session.execute(db.text("SELECT 1"))
        db.session.commit()
        errand = ERRANDS[name](*arguments)
        gc.collect()
        forget_peak()
        idle = peak_bytes()
        wall, cpu = time.perf_counter(), time.process_time()
        errand.carry_out()
        told = {
            "seconds": time.perf_counter() - wall,
            "cpu": time.process_time() - cpu,
            "peak": peak_bytes() - idle,
            "facts": errand.facts(),
        }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
