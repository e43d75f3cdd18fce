"""State of a dealer's connection to Lightspeed, in words for the dealer (R3)."""

from __future__ import annotations

from webapp.core import clock
from webapp.models import Configuration
from webapp.web.status_labels import StatusLabel

# A worker responds within seconds. After this long the page stops polling and offers another check.
CHECK_TIMEOUT_SECONDS = 90


def is_awaited(configuration: Configuration) -> bool:
    """Return whether a validation is in progress that may still respond soon."""
    if configuration.check_state != "checking" or configuration.checked_at is None:
        return False
    return (clock.now() - configuration.checked_at).total_seconds() < CHECK_TIMEOUT_SECONDS


def of(configuration: Configuration) -> StatusLabel:
    """Return the connection's state."""
    if not configuration.enabled:
        return StatusLabel("Off", "secondary", "Lightspeed 3PA/Data Warehouse is turned off.")
    if configuration.check_state == "connected":
        return StatusLabel("Connected", "success", "Lightspeed accepted your credentials.")
    if configuration.check_state == "refused":
        return StatusLabel(
            "Not connected",
            "danger",
            configuration.check_reason or "Lightspeed didn't accept your credentials.",
        )
    if is_awaited(configuration):
        return StatusLabel("Checking", "info", "Checking your saved credentials with Lightspeed…")
    if configuration.check_state == "checking":
        return StatusLabel(
            "No response yet",
            "warning",
            "Your settings are saved, but Lightspeed hasn't been checked yet. Check again.",
        )
    return StatusLabel("Not checked", "warning", _what_is_missing(configuration))


def _what_is_missing(configuration: Configuration) -> str:
    missing = []
    if not configuration.has_credentials:
        missing += ["3PA Username"] * (not configuration.username)
        missing += ["3PA Password"] * (not configuration.sealed_password)
    missing += ["3PA Dealer ID"] * (not configuration.cmf)
    return f"Missing: {', '.join(missing)}." if missing else "Your credentials haven't been checked yet."
