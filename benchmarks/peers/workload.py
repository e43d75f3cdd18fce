"""The protocol of a measured process.

It needs only the standard library, as competitors have other packages.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.resources import peak_bytes


def read_request() -> dict[str, Any]:
    """What to fetch and where to put it, from standard input: a command line would show the login."""
    request: dict[str, Any] = json.load(sys.stdin)
    return request


def measure(run: Callable[[], None], facts: Callable[[], dict[str, Any]]) -> None:
    """Run it, and print what it took: everything was imported and connected before."""
    gc.collect()
    wall, cpu = time.perf_counter(), _cpu_seconds()
    run()
    taken = {"seconds": time.perf_counter() - wall, "cpu": _cpu_seconds() - cpu, "peak": peak_bytes()}
    print(json.dumps({**taken, "facts": facts()}))


def _cpu_seconds() -> float:
    """Of this process and of the children that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
