"""What a measured process is asked and tells. For peers too: nothing here is beyond Python's own library."""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.resources import peak_bytes


def asked() -> dict[str, Any]:
    """What to fetch and where to put it, from standard input: a login must not be seen on a command line."""
    found: dict[str, Any] = json.load(sys.stdin)
    return found


def tell(carry_out: Callable[[], None], facts: Callable[[], dict[str, Any]]) -> None:
    """Do what is measured, and print what it took: everything was imported and connected before."""
    gc.collect()
    wall, cpu = time.perf_counter(), _cpu_seconds()
    carry_out()
    taken = {"seconds": time.perf_counter() - wall, "cpu": _cpu_seconds() - cpu, "peak": peak_bytes()}
    print(json.dumps({**taken, "facts": facts()}))


def _cpu_seconds() -> float:
    """Of this process and of the children that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
