"""Where Redis is and how its certificate is verified: `REDIS_URL`, `REDIS_CA_FILE`, `REDIS_TLS_VERIFY`.

Both end up in the address, as the options that redis-py reads from it: so every client verifies alike, also
those that libraries make of the address.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode, urlsplit

from webapp.settings.env import ConfigurationError
from webapp.settings.table import SETTINGS

# What redis-py is told for each value of REDIS_TLS_VERIFY.
VERIFICATIONS: Final[Mapping[str, Mapping[str, str]]] = {
    # Its own default.
    "full": {},
    "no-hostname": {"ssl_cert_reqs": "required", "ssl_check_hostname": "false"},
    "none": {"ssl_cert_reqs": "none", "ssl_check_hostname": "false"},
}


def read(environ: Mapping[str, str]) -> str | None:
    """Return the URL of Redis with its TLS options; None without `REDIS_URL`. Raises ConfigurationError."""
    url: str | None = SETTINGS["REDIS_URL"].read(environ)
    options = _options(environ)
    if not options:
        return url
    if url is None or urlsplit(url).scheme != "rediss":
        names = " and ".join(name for name in ("REDIS_CA_FILE", "REDIS_TLS_VERIFY") if environ.get(name))
        raise ConfigurationError(f"{names} is refused: REDIS_URL does not start with rediss://")
    return f"{url}{'&' if '?' in url else '?'}{urlencode(options)}"


def _options(environ: Mapping[str, str]) -> dict[str, str]:
    authority: str | None = SETTINGS["REDIS_CA_FILE"].read(environ)
    verify: str = SETTINGS["REDIS_TLS_VERIFY"].read(environ)
    if authority and verify == "none":
        raise ConfigurationError("REDIS_CA_FILE is refused: with REDIS_TLS_VERIFY=none nothing is verified")
    options = dict(VERIFICATIONS[verify])
    if authority:
        _require_certificates(authority)
        options["ssl_ca_certs"] = authority
    return options


def _require_certificates(path: str) -> None:
    try:
        found = ssl.create_default_context(cafile=path).get_ca_certs()
    except (OSError, ssl.SSLError):
        found = []
    if not found:
        raise ConfigurationError("REDIS_CA_FILE is refused: it is not a readable file of PEM certificates")
