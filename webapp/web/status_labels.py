"""Status labels with their badge colors; the text alone carries the meaning."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StatusLabel:
    """State as text, with the tone of its badge, and an optional sentence."""

    label: str
    tone: str
    sentence: str = ""


def alert_tone(category: str) -> str:
    """Return an alert's tone, also for Flask-Security's categories."""
    return {"error": "danger", "message": "info"}.get(category, category)
