"""The colours that things are said in; the words always say the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StatusLabel:
    """A state in words, with the tone of its badge, and a sentence where one is needed."""

    label: str
    tone: str
    sentence: str = ""


def alert_tone(category: str) -> str:
    """The tone of an alert: Flask-Security's categories are in between."""
    return {"error": "danger", "message": "info"}.get(category, category)
