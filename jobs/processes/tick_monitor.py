"""Ping of an external monitor on each tick, which alerts when ticks stop (healthchecks.io style).

Uses the restrictions of webhooks: public addresses only, no redirects, a short timeout. Errors do not fail
the tick, and are logged without the URL, which is a secret.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

import structlog
from flask import current_app

from jobs.concurrency import Cancellable
from jobs.notifications import webhook
from jobs.notifications.undeliverable import Undeliverable
from webapp.alerts import webhook_address
from webapp.core.errors import Refused

log = structlog.get_logger(__name__)

# Seconds for the whole exchange. The tick's worker also runs credential checks that a user waits for.
LONGEST: Final = 5.0


def send() -> None:
    """Report a tick to `HEARTBEAT_URL`, if configured; never raises."""
    url, allowed = current_app.config["HEARTBEAT_URL"], current_app.config["ALERT_ALLOWED_HOSTS"]
    if url is None:
        return
    try:
        status = Cancellable(lambda _check_stop: _post(url, allowed)).result(lambda: None, within=LONGEST)
    except Refused as error:
        log.warning("heartbeat.failed", reason=str(error))
    except TimeoutError:
        log.warning("heartbeat.failed", reason="it took too long")
    except Undeliverable as error:
        log.warning("heartbeat.failed", reason=error.sentence)
    except Exception as error:  # noqa: BLE001 - its message may contain the URL
        log.warning("heartbeat.failed", reason=type(error).__name__)
    else:
        if not 200 <= status < 300:
            log.warning("heartbeat.failed", reason=f"it responded with status {status}")


def _post(url: str, allowed_hosts: Collection[str]) -> int:
    parts = urlsplit(webhook_address.checked(url, allowed_hosts))
    headers = {"Host": parts.netloc, "User-Agent": "parts-inventory-sync"}
    return webhook.send(parts, b"", headers, allowed_hosts)
