"""The environment is read once, and a variable that is missing or malformed is named ."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet

from webapp.settings import config, database_settings
from webapp.settings.env import ConfigurationError

KEY = Fernet.generate_key().decode()
ENOUGH = {"SECRET_KEY": "secret", "CREDENTIALS_KEYS": KEY}


def read(**variables: str) -> dict[str, Any]:
    return config.from_environment({**ENOUGH, **variables})


def test_two_variables_are_enough() -> None:
    found = read()
    assert str(found["SQLALCHEMY_DATABASE_URI"]).startswith("sqlite:///")
    assert found["LIGHTSPEED_API_URL"] == "https://int.lightspeeddataservices.com/lsapi"
    assert found["LIGHTSPEED_REQUESTS_PER_MINUTE"] == 200
    assert found["SYNC_HOURS"] == (1, 7, 13, 19)
    assert str(found["REPORT_STORAGE_URL"]).startswith("file:///")


def test_herokus_spelling_of_postgresql_is_understood() -> None:
    assert read(DATABASE_URL="postgres://a:b@c/d")["SQLALCHEMY_DATABASE_URI"] == "postgresql://a:b@c/d"


def test_several_credentials_keys_are_read_in_order() -> None:
    other = Fernet.generate_key().decode()
    assert read(CREDENTIALS_KEYS=f"{KEY}, {other}")["CREDENTIALS_KEYS"] == [KEY, other]


@pytest.mark.parametrize("name", sorted(ENOUGH))
def test_a_missing_variable_is_named(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name} is missing"):
        config.from_environment({**ENOUGH, name: " "})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("CREDENTIALS_KEYS", "short"),
        ("CREDENTIALS_KEYS", ","),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://a/b"),
        ("REDIS_URL", "http://localhost"),
        ("LIGHTSPEED_API_URL", "int.lightspeeddataservices.com"),
        ("LIGHTSPEED_API_URL", "https://user:secret@host/lsapi"),
        ("LIGHTSPEED_REQUESTS_PER_MINUTE", "0"),
        ("LIGHTSPEED_REQUESTS_PER_MINUTE", "many"),
        ("LIGHTSPEED_TIMEZONE", "secret/zone"),
        ("LIGHTSPEED_TIMEZONE", "../secret"),
        ("SYNC_HOURS", "1,25"),
        ("SYNC_HOURS", "one"),
        ("REPORT_STORAGE_URL", "/tmp/reports"),
        ("REPORT_STORAGE_URL", "s3:///prefix"),
        ("DATABASE_REPLICA_URL", "mysql://a/secret"),
        ("RUN_MINUTES", "0"),
        ("RUN_MINUTES", "351"),
        ("RUN_SLICE_SECONDS", "-1"),
        ("CODE_RETRY_SECONDS", "soon"),
        ("RETRY_AFTER_MINUTES", "5,later"),
        ("CLEAR_HOLD_SHARE", "1.5"),
        ("CLEAR_HOLD_MINIMUM", "-1"),
        ("RUN_RETENTION_DAYS", "6"),
        ("AUDIT_RETENTION_DAYS", "for ever"),
        ("LOG_FORMAT", "secret"),
        ("METRICS_TOKEN", "secret"),
        ("METRICS_TOKEN", "secret with spaces in it"),
        ("SENTRY_DSN", "https://secret.example/1"),
    ],
)
def test_a_malformed_variable_is_named_without_its_value(name: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name} is malformed") as refused:
        read(**{name: text})
    assert "secret" not in str(refused.value).replace("SECRET", "")


def test_a_replica_is_an_engine_of_its_own() -> None:
    both = {"DATABASE_URL": "postgres://a/b", "DATABASE_REPLICA_URL": "postgres://c/d"}
    assert read(**both)["SQLALCHEMY_BINDS"][database_settings.REPLICA]["url"] == "postgresql://c/d"
    assert read()["SQLALCHEMY_BINDS"] == {}


def test_only_postgresql_has_replicas() -> None:
    for primary, replica in (
        ("sqlite:///a", "postgresql://b/secret"),
        ("postgresql://a/b", "sqlite:///secret"),
    ):
        with pytest.raises(ConfigurationError, match=r"^DATABASE_REPLICA_URL is refused") as refused:
            read(DATABASE_URL=primary, DATABASE_REPLICA_URL=replica)
        assert "secret" not in str(refused.value)


def test_without_minutes_nothing_is_retried_automatically() -> None:
    assert read()["RETRY_AFTER_MINUTES"] == (5, 15, 45)
    assert read(RETRY_AFTER_MINUTES="")["RETRY_AFTER_MINUTES"] == ()


def test_holding_clearings_can_be_turned_off() -> None:
    assert read(CLEAR_HOLD_SHARE="0")["CLEAR_HOLD_SHARE"] == 0
    assert read(CLEAR_HOLD_MINIMUM="0")["CLEAR_HOLD_MINIMUM"] == 0


def test_how_many_processes_take_syncs_is_a_whole_number() -> None:
    assert config.worker_processes({}) == 2
    with pytest.raises(ConfigurationError, match="WORKER_PROCESSES is malformed"):
        config.worker_processes({"WORKER_PROCESSES": "-1"})
