"""Browser names for session lists, so that users recognize their own. Pure."""

from __future__ import annotations

from typing import Final

UNKNOWN: Final = "Unknown browser"
# The first match counts: most browsers also send the names of others.
BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS: Final = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Mac OS X", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def browser_of(user_agent: str) -> str:
    """Return a name such as `Firefox on Windows`; the header is untrusted, so only known names are kept."""
    browser = _first(BROWSERS, user_agent)
    system = _first(SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or (f"A browser on {system}" if system else UNKNOWN)


def _first(words: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((name for sign, name in words if sign in text), None)
