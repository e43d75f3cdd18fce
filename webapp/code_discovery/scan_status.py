"""A dealer's scan in words: its progress, its result, and why none can be started."""

from __future__ import annotations

from typing import Final

from webapp.core import clock
from webapp.models import CodeScan, Configuration
from webapp.web.numbers import count
from webapp.web.status_labels import StatusLabel

NOT_CONNECTED: Final = "Connect to Lightspeed first"
# A worker takes a scan within seconds. After this long it waits for something.
WAITS_LONG_SECONDS: Final = 20


def status(scan: CodeScan | None) -> StatusLabel:
    """Return the state of the latest scan."""
    if scan is None:
        return StatusLabel("Not searched yet", "secondary")
    if scan.status == "queued":
        waited = (clock.now() - scan.queued_at).total_seconds()
        sentence = "Inventory updates come first. It continues after them."
        return StatusLabel("Waiting", "info", sentence if waited > WAITS_LONG_SECONDS else "")
    if scan.status == "running":
        so_far = f"{count(scan.parts, 'part')} in {count(scan.codes, 'code')} so far"
        return StatusLabel("Searching", "info", f"{so_far} ({count(scan.pages, 'page')}).")
    if scan.status == "failed":
        return StatusLabel("Failed", "danger", scan.error or "")
    return StatusLabel("Done", "success", f"{count(scan.parts, 'part')} in {count(scan.codes, 'code')}.")


def mark(scan: CodeScan | None) -> str:
    """Return a version that changes whenever the page would: a poll with the same version gets no content."""
    return f"{scan.number}-{scan.status}-{scan.pages}" if scan else ""


def is_failed(scan: CodeScan | None) -> bool:
    """Return whether the latest scan failed."""
    return scan is not None and scan.status == "failed"


def hindrance(configuration: Configuration) -> str:
    """Return why no scan can be started; empty if one can."""
    is_connected = configuration.enabled and configuration.check_state == "connected"
    return "" if is_connected else NOT_CONNECTED
