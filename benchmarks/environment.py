"""The environment of the measured processes: none of the user's own settings reaches them."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
# Far above what a service on this machine can answer.
UNLIMITED = 1_000_000


def environment(database_url: str, service_url: str, folder: Path) -> dict[str, str]:
    """The variables of the program for a database, a service, and a folder for its reports."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return inherited | {
        "DATABASE_URL": database_url,
        "LIGHTSPEED_API_URL": service_url,
        "LIGHTSPEED_REQUESTS_PER_MINUTE": str(UNLIMITED),
        "REPORT_STORAGE_URL": (folder / "reports").as_uri(),
        "SECRET_KEY": secrets.token_urlsafe(32),
        "CREDENTIALS_KEYS": Fernet.generate_key().decode(),
        "PYTHONUNBUFFERED": "1",
    }
