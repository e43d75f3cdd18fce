"""Settings of monitoring and retention: environment variables, defaults and limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from webapp.settings.env import ConfigurationError, whole

# In days. Less than a week would delete history that pages and alerts use.
LEAST_DAYS: Final = 7
RETENTION_DAYS: Final = {
    "RUN_RETENTION_DAYS": 90,
    "AUDIT_RETENTION_DAYS": 730,
    "ALERT_RETENTION_DAYS": 180,
    "CATALOG_IMPORT_RETENTION_DAYS": 90,
}
# The client is a machine: it can store a token that cannot be guessed.
LEAST_TOKEN: Final = 16
LOG_FORMATS: Final = ("json", "pretty")

DEFAULTS: Final[dict[str, Any]] = {
    **RETENTION_DAYS,
    "LOG_FORMAT": None,
    "METRICS_TOKEN": None,  # nosec B105
    "SENTRY_DSN": None,
    "SENTRY_ENVIRONMENT": "production",
}


def read(environ: Mapping[str, str]) -> dict[str, Any]:
    """Read the settings from these variables. Raises ConfigurationError, which names the malformed one."""
    return {
        **{
            name: whole(name, environ.get(name) or str(days), LEAST_DAYS)
            for name, days in RETENTION_DAYS.items()
        },
        # Only validated here: logs are written before there is a configuration (webapp/core/logs.py).
        "LOG_FORMAT": _log_format(environ.get("LOG_FORMAT", "").strip()),
        "METRICS_TOKEN": _token(environ.get("METRICS_TOKEN", "").strip()),
        "SENTRY_DSN": _dsn(environ.get("SENTRY_DSN", "").strip()),
        "SENTRY_ENVIRONMENT": environ.get("SENTRY_ENVIRONMENT") or DEFAULTS["SENTRY_ENVIRONMENT"],
    }


def _log_format(text: str) -> str | None:
    if text and text not in LOG_FORMATS:
        raise ConfigurationError(f"LOG_FORMAT is malformed: it must be one of {', '.join(LOG_FORMATS)}")
    return text or None


def _token(text: str) -> str | None:
    if text and (len(text) < LEAST_TOKEN or not (text.isascii() and text.isprintable()) or " " in text):
        raise ConfigurationError(
            f"METRICS_TOKEN is malformed: it must be {LEAST_TOKEN} or more ASCII characters"
        )
    return text or None


def _dsn(text: str) -> str | None:
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.username or not parts.hostname:
        raise ConfigurationError("SENTRY_DSN is malformed: copy it from Sentry's settings of the project")
    return text
