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

SCHEMES: Final = ("redis", "rediss", "unix")
# What redis-py is told for each value of REDIS_TLS_VERIFY.
VERIFICATIONS: Final[Mapping[str, Mapping[str, str]]] = {
    # Its own default.
    "full": {},
    "no-hostname": {"ssl_cert_reqs": "required", "ssl_check_hostname": "false"},
    "none": {"ssl_cert_reqs": "none", "ssl_check_hostname": "false"},
}


def read(environ: Mapping[str, str]) -> str | None:
    """The address with its TLS options, if there is one. Raises ConfigurationError."""
    url = environ.get("REDIS_URL", "").strip() or None
    if url is not None and urlsplit(url).scheme not in SCHEMES:
        raise ConfigurationError("REDIS_URL is malformed: it starts with redis://, rediss:// or unix://")
    options = _options(environ)
    if not options:
        return url
    if url is None or urlsplit(url).scheme != "rediss":
        names = " and ".join(name for name in ("REDIS_CA_FILE", "REDIS_TLS_VERIFY") if environ.get(name))
        raise ConfigurationError(f"{names} is refused: REDIS_URL does not start with rediss://")
    return f"{url}{'&' if '?' in url else '?'}{urlencode(options)}"


def _options(environ: Mapping[str, str]) -> dict[str, str]:
    authority = environ.get("REDIS_CA_FILE", "").strip()
    verify = environ.get("REDIS_TLS_VERIFY", "").strip()
    if verify and verify not in VERIFICATIONS:
        raise ConfigurationError(f"REDIS_TLS_VERIFY is malformed: it is one of {', '.join(VERIFICATIONS)}")
    if authority and verify == "none":
        raise ConfigurationError("REDIS_CA_FILE is refused: with REDIS_TLS_VERIFY=none nothing is verified")
    options = dict(VERIFICATIONS[verify]) if verify else {}
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
