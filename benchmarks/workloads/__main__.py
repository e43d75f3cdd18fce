"""Runs one workload in this process and prints what it took.

`python -m benchmarks.workloads NAME ARGUMENT…`
"""

from __future__ import annotations

import gc
import json
import sys
import time

import structlog

from benchmarks.resources import forget_peak, peak_bytes
from benchmarks.workloads.catalog import DrainOutbox, ImportCatalog, IndexAll
from benchmarks.workloads.dealer import AddDealer
from benchmarks.workloads.fetching import Fetch
from benchmarks.workloads.floor import Floor
from benchmarks.workloads.previewing import PlanPreview
from benchmarks.workloads.scanning import ScanCodes
from benchmarks.workloads.searching import Search
from benchmarks.workloads.syncing import Sync
from webapp.application import create_app
from webapp.extensions import db

WORKLOADS = {
    "import": ImportCatalog,
    "drain": DrainOutbox,
    "index": IndexAll,
    "dealer": AddDealer,
    "sync": Sync,
    "search": Search,
    "fetch": Fetch,
    "floor": Floor,
    "scan": ScanCodes,
    "preview": PlanPreview,
}


def main(name: str, *arguments: str) -> None:
    """Run the workload inside the app's context; idle, this process is what a worker is between two jobs."""
    app = create_app()
    with app.app_context():
        structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
        db.session.execute(db.text("SELECT 1"))
        db.session.commit()
        workload = WORKLOADS[name](*arguments)
        gc.collect()
        forget_peak()
        idle = peak_bytes()
        wall, cpu = time.perf_counter(), time.process_time()
        workload.run()
        result = {
            "seconds": time.perf_counter() - wall,
            "cpu": time.process_time() - cpu,
            "peak": peak_bytes() - idle,
            "facts": workload.facts(),
        }
    print(json.dumps(result))


if __name__ == "__main__":
    main(*sys.argv[1:])
