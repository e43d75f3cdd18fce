"""Runs a target in a process of its own for some seconds: libFuzzer exits its process in any case."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from webapp.settings.config import ROOT

CORPUS = Path(__file__).with_name("corpus")
SEEDS = {"decoder": CORPUS / "answers", "filter": CORPUS / "filters"}
# One input may take so many seconds and megabytes; what takes more is a finding.
LIMITS = ("-timeout=10", "-rss_limit_mb=1500", "-max_len=8192")


class Found(AssertionError):
    """An input that a target does not survive, with what the fuzzer says of it."""


def feed(target: str, seconds: float, seed: int = 1) -> int:
    """How many inputs were tried. Raises Found."""
    with tempfile.TemporaryDirectory() as learned:
        options = (
            *LIMITS,
            f"-max_total_time={max(1, round(seconds))}",
            f"-seed={seed}",
            "-print_final_stats=1",
        )
        options += (f"-artifact_prefix={learned}/",)
        done = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.targets", target, learned, str(SEEDS[target]), *options],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            timeout=seconds + 120,
            check=False,
        )
        inputs = [
            path.read_bytes() for path in Path(learned).iterdir() if re.match("crash|timeout|oom", path.name)
        ]
    tried = re.search(r"stat::number_of_executed_units: (\d+)", done.stderr)
    if done.returncode or inputs or not tried:
        raise Found(f"{target}: {inputs}\n{done.stderr[-3000:]}")
    return int(tried[1])
