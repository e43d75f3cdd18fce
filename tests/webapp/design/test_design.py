"""The page of components is there in development, and nowhere in a deployment."""

from __future__ import annotations

from pathlib import Path

from cryptography.fernet import Fernet

from tests.conftest import settings
from webapp.application import create_app
from webapp.settings import config

PRODUCTION = {
    "APP_ENVIRONMENT": "production",
    "SECRET_KEY": "kX3vQ9zB7mW1cR5tY8uJ2nH6pL4sD0fG",  # pragma: allowlist secret
    "CREDENTIALS_KEYS": Fernet.generate_key().decode(),
    "PUBLIC_URL": "https://sync.dealers.net",
    "DATABASE_URL": "postgresql://a:b@db.dealers.net/c",  # pragma: allowlist secret
    "REDIS_URL": "rediss://:p@redis.dealers.net:6380",
    "REPORTS_ON_ONE_HOST": "true",
}


def test_a_deployment_does_not_have_the_page() -> None:
    assert config.from_environment(PRODUCTION)["DESIGN_PAGE"] is False
    without = {**PRODUCTION, "APP_ENVIRONMENT": "development"}
    assert config.from_environment(without)["DESIGN_PAGE"] is True
    assert config.DEFAULTS["DESIGN_PAGE"] is False


def test_without_the_setting_the_address_does_not_exist(tmp_path: Path) -> None:
    app = create_app({**settings("sqlite://", tmp_path), "DESIGN_PAGE": False})
    assert not [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/design")]
    assert app.test_client().get("/design").status_code == 404
