"""Status labels with their tones; icon and word carry the meaning, color only repeats it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# Bootstrap's names, and those of Flask-Security's flashed messages, as tones of the stylesheet.
_TONES: Final = {
    "success": "ok",
    "warning": "warn",
    "danger": "bad",
    "error": "bad",
    "info": "info",
    "message": "info",
    "primary": "info",
    "secondary": "off",
}
_ICONS: Final = {"ok": "ok", "warn": "warn", "bad": "bad", "info": "run", "off": "off"}


@dataclass(frozen=True)
class StatusLabel:
    """State as text, with its tone, and an optional sentence."""

    label: str
    tone: str
    sentence: str = ""


def tone(name: str) -> str:
    """Return a tone of the stylesheet (`is-…`) for a label's tone or a flashed message's category."""
    return _TONES.get(name, name)


def tone_icon(tone: str) -> str:
    """Return the icon of a state with this tone of the stylesheet."""
    return _ICONS[tone]


def note_icon(tone: str) -> str:
    """Return the icon of a note with this tone of the stylesheet."""
    return "info" if tone in ("info", "off") else _ICONS[tone]
