"""The time of a credentials check, as a user waits for it who has just pressed Save."""

from __future__ import annotations

import time

from benchmarks.snapshot import read_only
from benchmarks.testbed import wait
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Configuration


def check_credentials(dealer_id: int) -> float:
    """Have the worker for short work check a dealer's credentials; the seconds until its answer."""
    began = time.monotonic()
    configurations.start_check(db.session.get_one(Configuration, dealer_id))
    db.session.rollback()
    wait(lambda: _state(dealer_id) != "checking", "the answer to a check", 120, every=0.02)
    if _state(dealer_id) != "connected":
        raise SystemExit("a check was refused")
    return time.monotonic() - began


def _state(dealer_id: int) -> str:
    with read_only():
        return db.session.get_one(Configuration, dealer_id, populate_existing=True).check_state
