"""Runs a target with Atheris where it is installed, otherwise with random mutations of the seeds."""

from __future__ import annotations

import contextlib
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

try:
    import atheris
except ImportError:
    atheris = None

# What the formats are made of, for either kind of mutation.
PIECES = (
    *(
        b'[{"PartNumber":"',
        b'"OnHand":',
        b'"SupplierCode":"TR"',
        b'"Retail":1e400',
        b'"Avail":"-0.5"',
        b"null",
    ),
    *(
        b"[[[[[[[[",
        b'{"a":',
        b"\\u0000",
        b"\\ud800",
        b"\\u202e",
        b"\xff\xfe",
        b"\x1f\x8b\x08",
        b"1e-9999",
        b"NaN",
    ),
    *(
        b"$filter=",
        b"$top=",
        b"$skip=",
        b"$orderby=",
        b"SupplierCode eq '",
        b" and ",
        b" or ",
        b"not ",
        b"((((",
        b"''",
    ),
    *(b"datetime'2026-02-30'", b"9223372036854775808L", b"'", b" gt 0", b"&", b"%27", b"\0", b"\xe2\x80\xae"),
)


def instrumented() -> contextlib.AbstractContextManager[object]:
    """Instrument the modules that are imported inside the block for coverage."""
    if atheris is None or __name__ == "__main__" or "tests.fuzz.targets" not in sys.orig_argv:
        return contextlib.nullcontext()
    found: contextlib.AbstractContextManager[object] = atheris.instrument_imports(include=["jobs", "sandbox"])
    return found


def run(target: Callable[[bytes], None], arguments: list[str]) -> None:
    """Feed the target for as long as `-max_total_time` says; ends the process with a status other than 0
    where it raises, after a line with the input."""
    if atheris is not None:
        atheris.Setup([sys.argv[0], *arguments], target)
        atheris.Fuzz()
        return
    options = dict(one[1:].split("=", 1) for one in arguments if one.startswith("-"))
    folders = [Path(one) for one in arguments if not one.startswith("-")]
    seeds = [path.read_bytes() for folder in folders for path in sorted(folder.iterdir())]
    print(
        f"Without Atheris. stat::number_of_executed_units: {_mutate(target, seeds, options)}", file=sys.stderr
    )


def _mutate(target: Callable[[bytes], None], seeds: list[bytes], options: dict[str, str]) -> int:
    chance = random.Random(int(options.get("seed", "1")))
    deadline = time.monotonic() + float(options.get("max_total_time", "5"))
    tried = 0
    while time.monotonic() < deadline:
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 8)):
            first, last = sorted(chance.choices(range(len(data) + 1), k=2))
            data[first : min(last, first + 20)] = chance.choice(
                (*PIECES, chance.randbytes(3), data[first:last])
            )
        try:
            target(bytes(data))
        except BaseException:
            print(f"input: {bytes(data)!r}", file=sys.stderr)
            raise
        tried += 1
    return tried
