"""Error reports to Sentry, if `SENTRY_DSN` is set: stack traces without personal data or secrets."""

from __future__ import annotations

import sys
from typing import Any, cast
from urllib.parse import urlsplit

import sentry_sdk
from sentry_sdk.types import Breadcrumb, BreadcrumbHint, Event, Hint
from structlog.typing import EventDict, WrappedLogger

from webapp.core.redaction import redacted

# Tags, by which reports can be searched; the other fields of the log line are sent as context.
TAGS = ("run", "dealer", "code", "attempt", "request")
# Of a request only its URL and method are sent: the other fields hold user input and personal data.
OF_REQUEST = ("url", "method")


def configure(dsn: str | None, environment: str) -> None:
    """Report errors of this process and of its forks from now on."""
    if dsn is None or sentry_sdk.get_client().is_active():
        return
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=_scrubbed,
        before_breadcrumb=_scrubbed_breadcrumb,
    )


def report_event(_logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Report every event logged as an error, including handled ones: each needs a fix."""
    if method not in ("error", "exception", "critical") or not sentry_sdk.get_client().is_active():
        return event
    told = {name: redacted(value, name) for name, value in event.items() if name != "exc_info"}
    with sentry_sdk.new_scope() as scope:
        scope.set_context("log", told)
        scope.set_tags({name: str(event[name]) for name in TAGS if name in event})
        if event.get("exc_info"):
            scope.capture_exception(sys.exc_info()[1])
        else:
            scope.capture_message(str(event.get("event")), level="error")
    return event


def _scrubbed(event: Event, _hint: Hint) -> Event:
    scrubbed: Any = redacted(event)
    scrubbed.pop("user", None)
    scrubbed.pop("server_name", None)
    if "request" in scrubbed:
        request = scrubbed["request"]
        scrubbed["request"] = {name: request[name] for name in OF_REQUEST if name in request}
    return cast(Event, scrubbed)


def _scrubbed_breadcrumb(crumb: Breadcrumb, _hint: BreadcrumbHint) -> Breadcrumb:
    scrubbed: Breadcrumb = redacted(crumb)
    data = scrubbed.get("data")
    if isinstance(data, dict) and "url" in data:
        # Paths of webhooks and of the heartbeat are secrets themselves.
        scrubbed["data"] = {**data, "url": "{0.scheme}://{0.hostname}".format(urlsplit(str(data["url"])))}
    return scrubbed
