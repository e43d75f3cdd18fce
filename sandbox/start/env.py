"""Environment of the program's processes under `bin/run`, with keys of this folder's own."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet

from sandbox.start.ports import Ports
from webapp.core.private_files import make_folder
from webapp.settings.config import ROOT

# Everything that is not in version control: the database, reports, logs, keys.
INSTANCE = Path(os.environ.get("INSTANCE_FOLDER") or ROOT / "instance")
KEYS = "development-keys.json"


def environment(ports: Ports) -> dict[str, str]:
    """Return the environment: this process's own, completed by the embedded servers."""
    ours = {
        "DATABASE_URL": f"sqlite:///{INSTANCE / 'app.sqlite3'}",
        "REDIS_URL": f"redis://127.0.0.1:{ports.redis}/0",
        "REPORT_STORAGE_URL": (INSTANCE / "reports").as_uri(),
        "LIGHTSPEED_ALLOWED_HOSTS": "127.0.0.1",
        # Webhooks may be tried against a program on this machine.
        "ALERT_ALLOWED_HOSTS": "127.0.0.1,localhost",
        "PUBLIC_URL": f"http://127.0.0.1:{ports.web}",
        **_keys(),
    }
    given = {name: value for name, value in os.environ.items() if value}
    simulator = f"http://127.0.0.1:{ports.simulator}/lsapi"
    # Never the real service: the sample dealers' logins are not meant for it.
    ours_alone = {"APP_ENVIRONMENT": "development", "LIGHTSPEED_API_URL": simulator, "PYTHONUNBUFFERED": "1"}
    return {**ours, **given, **ours_alone}


def _keys() -> dict[str, str]:
    """Return SECRET_KEY and CREDENTIALS_KEYS, created once and kept: encrypted data must stay readable."""
    path = INSTANCE / KEYS
    make_folder(INSTANCE)
    if not path.exists():
        keys = {"SECRET_KEY": secrets.token_urlsafe(48), "CREDENTIALS_KEYS": Fernet.generate_key().decode()}
        write_privately(path, json.dumps(keys))
    found: dict[str, str] = json.loads(path.read_text())
    return found


def write_privately(path: Path, text: str) -> None:
    """Write a file that only this user can read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
