"""The verification of Redis's certificate is decided at start, and a wrong setting is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis import Redis

from tests.flows.tls_relay import certificate
from webapp.settings import redis_settings
from webapp.settings.env import ConfigurationError

URL = "rediss://:pa%2Fss@cache.example.com:6380/1"


def options(environ: dict[str, str]) -> dict[str, object]:
    url = redis_settings.read(environ)
    assert url is not None
    found = Redis.from_url(url).connection_pool.connection_kwargs
    assert (found["host"], found["port"], found["password"], found.get("db")) == (
        "cache.example.com",
        6380,
        "pa/ss",
        1,
    )
    return {name: value for name, value in found.items() if name.startswith("ssl_")}


def test_without_settings_the_address_stays_as_it_is() -> None:
    assert redis_settings.read({}) is None
    assert redis_settings.read({"REDIS_URL": URL}) == URL


def test_each_way_to_verify(tmp_path: Path) -> None:
    pem = str(certificate(tmp_path))
    assert options({"REDIS_URL": URL, "REDIS_TLS_VERIFY": "full"}) == {}
    assert redis_settings.read({"REDIS_URL": "redis://cache", "REDIS_TLS_VERIFY": "full"}) == "redis://cache"
    assert options({"REDIS_URL": URL, "REDIS_CA_FILE": pem}) == {"ssl_ca_certs": pem}
    both = {"REDIS_URL": URL, "REDIS_CA_FILE": pem, "REDIS_TLS_VERIFY": "no-hostname"}
    assert options(both) == {
        "ssl_cert_reqs": "required",
        "ssl_check_hostname": False,
        "ssl_ca_certs": pem,
    }
    off = {"ssl_cert_reqs": "none", "ssl_check_hostname": False}
    assert options({"REDIS_URL": URL, "REDIS_TLS_VERIFY": "none"}) == off


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"REDIS_URL": "http://cache"}, "REDIS_URL is malformed"),
        ({"REDIS_URL": "redis://cache", "REDIS_TLS_VERIFY": "none"}, "REDIS_TLS_VERIFY is refused"),
        ({"REDIS_TLS_VERIFY": "none"}, "REDIS_TLS_VERIFY is refused"),
        ({"REDIS_URL": URL, "REDIS_TLS_VERIFY": "off"}, "REDIS_TLS_VERIFY is malformed"),
        ({"REDIS_URL": URL, "REDIS_CA_FILE": "/no/such.pem"}, "REDIS_CA_FILE is refused"),
        ({"REDIS_URL": URL, "REDIS_CA_FILE": __file__}, "REDIS_CA_FILE is refused"),
        ({"REDIS_URL": "redis://cache", "REDIS_CA_FILE": "PEM"}, "REDIS_CA_FILE is refused"),
        ({"REDIS_URL": URL, "REDIS_CA_FILE": "PEM", "REDIS_TLS_VERIFY": "none"}, "REDIS_CA_FILE is refused"),
    ],
)
def test_an_implausible_value_is_refused(given: dict[str, str], named: str, tmp_path: Path) -> None:
    pem = str(certificate(tmp_path))
    with pytest.raises(ConfigurationError, match=named):
        redis_settings.read({name: pem if value == "PEM" else value for name, value in given.items()})
