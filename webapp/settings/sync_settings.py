"""Settings of runs and retries: environment variables, defaults and limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from webapp.settings.env import listed, share, whole

DEFAULTS: Final[dict[str, Any]] = {
    # Timeout of a run in minutes from its first start; codes not reached by then are left to the next run.
    "RUN_MINUTES": 150,
    # Seconds after which a run yields between two codes to runs that have not begun; 0: never.
    "RUN_SLICE_SECONDS": 60,
    # Seconds between the last code and the retry of failed codes.
    "CODE_RETRY_SECONDS": 5,
    # Minutes after a run until its failed codes get a retry run, for each of these in turn.
    "RETRY_AFTER_MINUTES": (5, 15, 45),
    # Clearing is held if more than this share of at least so many stocked products would go to zero.
    "CLEAR_HOLD_SHARE": 0.5,
    "CLEAR_HOLD_MINIMUM": 100,
}
# A run that takes longer than the time between two slots would delay the next.
MOST_RUN_MINUTES: Final = 350


def read(environ: Mapping[str, str]) -> dict[str, Any]:
    """Read the settings from these variables. Raises ConfigurationError, which names the malformed one."""
    return {
        "RUN_MINUTES": _whole(environ, "RUN_MINUTES", 1, MOST_RUN_MINUTES),
        "RUN_SLICE_SECONDS": _whole(environ, "RUN_SLICE_SECONDS", 0, 3600),
        "CODE_RETRY_SECONDS": _whole(environ, "CODE_RETRY_SECONDS", 0, 600),
        "RETRY_AFTER_MINUTES": _minutes(environ.get("RETRY_AFTER_MINUTES")),
        "CLEAR_HOLD_SHARE": _hold_share((environ.get("CLEAR_HOLD_SHARE") or "").strip()),
        "CLEAR_HOLD_MINIMUM": _whole(environ, "CLEAR_HOLD_MINIMUM", 0, None),
    }


def _whole(environ: Mapping[str, str], name: str, least: int, most: int | None) -> int:
    return whole(name, environ.get(name) or str(DEFAULTS[name]), least, most)


def _minutes(text: str | None) -> tuple[int, ...]:
    """Parse the list; set, but empty, disables retry runs."""
    if text is None:
        return tuple(DEFAULTS["RETRY_AFTER_MINUTES"])
    return tuple(whole("RETRY_AFTER_MINUTES", minutes, 1, 360) for minutes in listed(text))


def _hold_share(text: str) -> float:
    """0 turns the hold off."""
    if not text:
        return float(DEFAULTS["CLEAR_HOLD_SHARE"])
    return 0.0 if text in ("0", "0.0") else share("CLEAR_HOLD_SHARE", text)
