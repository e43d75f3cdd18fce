"""How requests reach the program: through which proxies, and under which host names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from webapp.settings.table import SETTINGS


def read(environ: Mapping[str, str], in_production: bool) -> dict[str, Any]:
    """Return `TRUSTED_HOSTS` and `HTTPS_ONLY` of the configuration.

    The hosts that requests may name are a list, or None for any; in production the host of `PUBLIC_URL` is
    one of them. With `HTTPS_ONLY`, plain HTTP is redirected or refused. Raises ConfigurationError.
    """
    hosts = SETTINGS["TRUSTED_HOSTS"].read(environ) or []
    public = urlsplit(SETTINGS["PUBLIC_URL"].read(environ) or "").hostname
    if in_production and public:
        hosts = [*hosts, public]
    return {"TRUSTED_HOSTS": list(dict.fromkeys(hosts)) or None, "HTTPS_ONLY": in_production}
