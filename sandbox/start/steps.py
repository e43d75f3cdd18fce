"""Progress output for long steps of a start: the step's name, and its duration every few seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Seconds. Without output for longer, a user wonders.
TELL_EVERY = 5.0


@contextmanager
def step(what: str) -> Iterator[None]:
    """Print the current step, and every few seconds how long it has taken."""
    print(f"{what}.", flush=True)
    done = threading.Event()
    teller = threading.Thread(target=_tell, args=(what, done), daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def _tell(what: str, done: threading.Event) -> None:
    began = time.monotonic()
    while not done.wait(TELL_EVERY):
        print(f"  {time.monotonic() - began:.0f} s: {what[:1].lower()}{what[1:]}", flush=True)
