"""Sessions, and whatever else is signed for a browser."""

from __future__ import annotations

import hashlib
from pathlib import Path

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeSerializer

from tests.conftest import settings
from webapp.application import create_app

OLD, NEW = "the key until now", "the key from now on"


def app_with(folder: Path, key: str, *fallbacks: str) -> Flask:
    keys = {"SECRET_KEY": key, "SECRET_KEY_FALLBACKS": list(fallbacks)}
    return create_app(settings("sqlite://", folder) | keys)


def signed(app: Flask) -> str:
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return str(serializer.dumps({"said": "before"}))


def is_believed(app: Flask, cookie: str) -> bool:
    with app.test_request_context("/", headers={"Cookie": f"session={cookie}"}):
        session = app.session_interface.open_session(
            app, app.request_class({"HTTP_COOKIE": f"session={cookie}"})
        )
    return bool(session and session.get("said") == "before")


def test_signatures_of_a_former_key_are_accepted_while_it_is_listed(tmp_path: Path) -> None:
    cookie = signed(app_with(tmp_path, OLD))
    assert is_believed(app_with(tmp_path, NEW, OLD), cookie)
    assert not is_believed(app_with(tmp_path, NEW), cookie)
    assert not is_believed(app_with(tmp_path, OLD), signed(app_with(tmp_path, NEW, OLD)))


def test_signatures_use_sha_256(tmp_path: Path) -> None:
    app = app_with(tmp_path, OLD)
    cookie = signed(app)
    app.session_interface = SecureCookieSessionInterface()
    assert not is_believed(app, cookie)
    made = URLSafeSerializer(OLD).make_signer(b"salt")
    assert made.digest_method is hashlib.sha256
