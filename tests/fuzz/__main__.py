"""Fuzzes for as long as there is time: `python -m tests.fuzz --minutes N [--seed S]`.

A quarter of it goes to the decoder of answers, an eighth to the filter text, the rest to forms and routes.
The exit status is 1 where something was found.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

import structlog

from tests.conftest import _migrate
from tests.fuzz.attempts import tries
from tests.fuzz.routes import Watched
from tests.fuzz.run import Found, feed
from tests.webapp.tenancy.seed import SeededApp

SHARES = {"decoder": 0.25, "filter": 0.125}
CASES = {"forms": 200, "routes": 30}


def main() -> int:
    """Try everything, and print how much that was and what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    findings = _bytes(asked.minutes * 60, asked.seed)
    findings += _requests(time.monotonic() + asked.minutes * 60 * (1 - sum(SHARES.values())), asked.seed)
    print(*findings, f"{len(findings)} findings", sep="\n")
    return 1 if findings else 0


def _bytes(seconds: float, seed: int) -> list[str]:
    findings = []
    for target, share in SHARES.items():
        try:
            print(f"{target}: {feed(target, seconds * share, seed):,} inputs", flush=True)
        except Found as found:
            findings.append(str(found))
    return findings


def _requests(deadline: float, seed: int) -> list[str]:
    """Round after round until the deadline; a form or route that broke is left out from then on."""
    tried: Counter[str] = Counter()
    seen: dict[str, set[str]] = {"forms": set(), "routes": set()}
    broken: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        all_tries = list(tries(_watched(Path(folder))))
        while time.monotonic() < deadline:
            seed += 1
            # However short the time is, each has its turn at some seed.
            random.Random(seed).shuffle(all_tries)
            for kind, name, attempt in all_tries:
                if name in broken or time.monotonic() > deadline:
                    continue
                seen[kind].add(name)
                try:
                    tried[kind] += attempt(CASES[kind], seed)
                except Exception as error:  # noqa: BLE001 - the others go on
                    broken[name] = f"{name}: {''.join(traceback.format_exception(error))[-3000:]}"
    for kind, names in seen.items():
        print(f"{len(names)} {kind}, {tried[kind]:,} cases", flush=True)
    return list(broken.values())


def _watched(folder: Path) -> Watched:
    template = folder / "template.sqlite3"
    _migrate(f"sqlite:///{template}", folder)
    watched = Watched(SeededApp(template, folder))
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    return watched


if __name__ == "__main__":
    sys.exit(main())
