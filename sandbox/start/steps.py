"""Long steps of a start: each says what it is, and every few seconds that it is still at it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Seconds. A person who sees nothing for longer than that wonders.
TELL_EVERY = 5.0


@contextmanager
def step(what: str) -> Iterator[None]:
    """Print what is done now, and until it is done how long it has taken so far."""
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
