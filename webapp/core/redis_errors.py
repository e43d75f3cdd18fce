"""Descriptions of Redis errors for logs and pages, without addresses or logins. Pure."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

from redis import exceptions

CERTIFICATE = "its TLS certificate isn't trusted: {} (see REDIS_CA_FILE and REDIS_TLS_VERIFY)"


def describe(error: BaseException) -> str:
    """Describe an error that a Redis client raised."""
    for each in _chain(error):
        if isinstance(each, ssl.SSLCertVerificationError):
            return CERTIFICATE.format(each.verify_message)
        if isinstance(each, ssl.SSLError):
            return f"TLS fails: {each.reason or type(each).__name__} (check that the port uses TLS)"
    if isinstance(error, exceptions.AuthenticationError):
        return "it doesn't accept the login"
    if isinstance(error, exceptions.OutOfMemoryError):
        return "it is full"
    if isinstance(error, exceptions.TimeoutError):
        return "it isn't responding in time (TimeoutError)"
    return f"it isn't responding ({type(error).__name__})"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield the error and its causes."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
