"""How a run copes with trouble: environment variables, their defaults and limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from webapp.settings.env import listed, share, whole

DEFAULTS: Final[dict[str, Any]] = {
    # Minutes that a run may take from its first start; codes not reached by then are left to the next run.
    "RUN_MINUTES": 150,
    # Seconds after which a run lets those go first that have not begun, between two codes; 0: never.
    "RUN_SLICE_SECONDS": 60,
    # Seconds after the last code before those that failed are tried once more.
    "CODE_RETRY_SECONDS": 5,
    # Minutes after a run before its failed codes get a run of their own, for each such run in turn.
    "RETRY_AFTER_MINUTES": (5, 15, 45),
    # Clearing is held where more than this share of at least so many stocked products would go to zero.
    "CLEAR_HOLD_SHARE": 0.5,
    "CLEAR_HOLD_MINIMUM": 100,
}
# A run that takes longer than the time between two slots would hold up the next.
MOST_RUN_MINUTES: Final = 350


def read(environ: Mapping[str, str]) -> dict[str, Any]:
    """The settings for these variables. Raises ConfigurationError, which names the one that is malformed."""
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
    """Empty, but set, means that nothing is tried again by itself."""
    if text is None:
        return tuple(DEFAULTS["RETRY_AFTER_MINUTES"])
    return tuple(whole("RETRY_AFTER_MINUTES", minutes, 1, 360) for minutes in listed(text))


def _hold_share(text: str) -> float:
    """0 turns the hold off."""
    if not text:
        return float(DEFAULTS["CLEAR_HOLD_SHARE"])
    return 0.0 if text in ("0", "0.0") else share("CLEAR_HOLD_SHARE", text)
