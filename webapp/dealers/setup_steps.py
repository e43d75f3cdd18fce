"""First-run checklist of a dealer: connect, map, sync."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.models import Configuration


@dataclass(frozen=True)
class Step:
    """One step; `endpoint` is the page for it."""

    label: str
    sentence: str
    endpoint: str
    is_done: bool


def setup_steps(configuration: Configuration, *, has_codes: bool) -> list[Step]:
    """Return the steps of a dealer without an update so far."""
    connected = configuration.enabled and configuration.check_state == "connected"
    enter = "Dealer ID" if configuration.dealer.credentials_organization else "credentials"
    return [
        Step("Connect", f"Enter your 3PA {enter}.", "lightspeed.show", connected),
        Step("Map", "Review the codes in your Lightspeed.", "setup.show", has_codes),
        Step("Sync", "Queue an inventory update.", "queue.new", is_done=False),
    ]
