"""A former `SECRET_KEY`, listed in `SECRET_KEY_FALLBACKS`, verifies; only the current one signs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask_security import hash_password

from tests.conftest import settings
from tests.factories import PASSWORD, make_dealer, make_user
from tests.webapp.accounts.users import EMAIL, sign_in
from tests.webapp.client import LintingClient
from webapp.accounts import emails
from webapp.application import create_app
from webapp.extensions import db
from webapp.models import User
from webapp.settings import config

pytestmark = pytest.mark.slow
OLDEST, FORMER, CURRENT = "the oldest key", "the former key", "the current key"


def app_with(folder: Path, secret: str, *fallbacks: str) -> Flask:
    """An application whose keys were read from the environment; its database is a file in `folder`."""
    base = settings(f"sqlite:///{folder / 'app.sqlite3'}", folder)
    (credentials_key,) = base["CREDENTIALS_KEYS"]  # type: ignore[misc]
    environ = {"SECRET_KEY": secret, "CREDENTIALS_KEYS": str(credentials_key)}
    if fallbacks:
        environ["SECRET_KEY_FALLBACKS"] = ", ".join(fallbacks)
    app = create_app(config.from_environment(environ) | base | {"SECRET_KEY": secret})
    app.test_client_class = LintingClient
    return app


@pytest.fixture
def former(tmp_path: Path, sqlite_template: Path) -> Flask:
    """The application before the rotation, with one user."""
    shutil.copy(sqlite_template, tmp_path / "app.sqlite3")
    app = app_with(tmp_path, FORMER)
    with app.app_context():
        make_user(EMAIL, make_dealer(), hash_password(PASSWORD))
    return app


def link_of(app: Flask) -> str:
    with app.app_context():
        return emails.link_for(db.session.scalars(db.select(User)).one())


def accepts(app: Flask, link: str) -> bool:
    return app.test_client().get(link).status_code == 200


def test_a_link_that_the_former_key_signed_is_accepted(tmp_path: Path, former: Flask) -> None:
    link = link_of(former)
    assert accepts(app_with(tmp_path, CURRENT, FORMER, OLDEST), link)
    assert accepts(app_with(tmp_path, CURRENT, OLDEST, FORMER), link)
    assert not accepts(app_with(tmp_path, CURRENT), link)


def test_a_new_link_is_signed_with_the_current_key(tmp_path: Path, former: Flask) -> None:
    link = link_of(app_with(tmp_path, CURRENT, FORMER, OLDEST))
    assert accepts(app_with(tmp_path, CURRENT), link)
    assert not accepts(app_with(tmp_path, FORMER, OLDEST), link)


def test_a_session_that_the_former_key_signed_continues(tmp_path: Path, former: Flask) -> None:
    before = former.test_client()
    assert sign_in(before).status_code == 302
    cookie = before.get_cookie("session")
    assert cookie
    rotated = app_with(tmp_path, CURRENT, FORMER).test_client()
    without = app_with(tmp_path, CURRENT).test_client()
    for client, status in ((rotated, 200), (without, 302)):
        client.set_cookie("session", cookie.value)
        assert client.get("/account").status_code == status
