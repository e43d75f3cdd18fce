"""The environment of the processes that are measured: nothing of the person's own settings reaches them."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

_HANDED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
# Far above what a service on this machine can answer.
UNLIMITED = 1_000_000


def environment(database_url: str, service_url: str, folder: Path) -> dict[str, str]:
    """The variables of the program for a database, a service, and a folder for its reports."""
    handed_on = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    return handed_on | {
        "DATABASE_URL": database_url,
        "LIGHTSPEED_API_URL": service_url,
        "LIGHTSPEED_REQUESTS_PER_MINUTE": str(UNLIMITED),
        "REPORT_STORAGE_URL": (folder / "reports").as_uri(),
        "SECRET_KEY": secrets.token_urlsafe(32),
        "CREDENTIALS_KEYS": Fernet.generate_key().decode(),
        "PYTHONUNBUFFERED": "1",
    }
