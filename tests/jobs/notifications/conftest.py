"""A dealer, and real mail and web servers that the program is configured to use."""

from __future__ import annotations

from collections.abc import Iterator
from email.headerregistry import Address
from pathlib import Path

import pytest
import trustme
from flask import Flask, current_app

from sandbox.servers.ports import free_port
from tests.factories import make_dealer
from tests.jobs.notifications.receivers import Kept, mail_server
from webapp.models import Dealer
from webapp.settings.addresses import MailServer


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> trustme.CA:
    """An authority whose certificates this process believes, as it would those of the system."""
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return authority


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def dealer(app: Flask) -> Dealer:
    return make_dealer("Prairie Powersports", "America/Chicago")


@pytest.fixture
def mailed(app: Flask, port: int) -> Iterator[Kept]:
    """What the deployment's mail server takes; hooks on this machine are allowed."""
    kept = Kept()
    current_app.config.update(
        SMTP_URL=MailServer("127.0.0.1", port, "smtp"),
        MAIL_FROM=Address("Parts Sync", addr_spec="alerts@example.com"),
        ALERT_ALLOWED_HOSTS=frozenset({"127.0.0.1", "localhost"}),
        PUBLIC_URL="https://sync.example.com",
    )
    with mail_server(kept, port):
        yield kept
