"""Errors of requests to Lightspeed, with sentences that tell the dealer how to fix them.

Sentences contain no jargon and, of the request, only the 3PA Dealer ID that the dealer entered.
"""

from typing import Literal

from jobs.sources.source import Kind, SourceError

Fault = Literal[
    "timed_out", "unreachable", "broken_off", "insecure", "forbidden",
    "empty", "not_json", "not_array", "truncated", "too_large", "not_parts",
    "repeating", "silent", "moving", "endless", "other_dealer", "foreign_parts", "no_cmf",
]  # fmt: skip
"""Failures other than an HTTP status."""


class LightspeedError(SourceError):
    """Failure of a request to Lightspeed."""


def error_for_status(status: int, retry_after: float | None = None) -> LightspeedError:
    """Return the error for a response with a status other than 200 (docs/lightspeed-3pa.md, Requests)."""
    kind, sentence = _status_meaning(status)
    return LightspeedError(
        sentence, kind, account_wide=kind == "account", status=status, retry_after=retry_after
    )


def error_for_fault(fault: Fault) -> LightspeedError:
    """Return the error for a failure other than an HTTP status."""
    kind, sentence = _FAULTS[fault]
    status = 200 if kind in ("bad_answer", "other_dealer") else None
    return LightspeedError(sentence, kind, account_wide=kind == "account", status=status)


def _status_meaning(status: int) -> tuple[Kind, str]:
    if status in _STATUSES:
        return _STATUSES[status]
    if status >= 500 or status == 408:
        return "transient", f"Lightspeed's service had a problem of its own (error {status}). {_PASSES}"
    if 300 <= status < 400:
        return "bad_answer", f"Lightspeed's service pointed to another address (code {status}). {_SUPPORT}"
    return "bad_answer", f"Lightspeed's service did not accept the request (code {status}). {_SUPPORT}"


_PASSES = "This usually passes: try again in a few minutes, and call Lightspeed support if it goes on."
_SUPPORT = "Try again later, and tell our support if it happens again."

_STATUSES: dict[int, tuple[Kind, str]] = {
    401: (
        "account",
        "Lightspeed did not accept the 3PA Username and 3PA Password. The password may be wrong or may have "
        "expired. Generate a new one in LightspeedEVO under System > Lists > Stores > (store) > "
        "Third Party Access, then enter it on the LightSpeed Configuration page.",
    ),
    403: (
        "account",
        "Lightspeed accepted the login but does not let it read this dealer's parts. Ask Lightspeed to "
        "enable third-party access to parts for this 3PA Dealer ID.",
    ),
    404: (
        "account",
        "Lightspeed does not know this 3PA Dealer ID. Check the number on the LightSpeed Configuration page, "
        "or ask Lightspeed for the right one.",
    ),
    429: (
        "rate_limited",
        "Lightspeed received too many requests with this login and asked us to slow down. Try again in a few "
        "minutes; if it goes on, see whether another program uses the same login.",
    ),
    500: ("transient", f"Lightspeed's service had a problem of its own (error 500). {_PASSES}"),
    503: ("transient", f"Lightspeed's service is too busy or down for maintenance (error 503). {_PASSES}"),
}

_FAULTS: dict[Fault, tuple[Kind, str]] = {
    "timed_out": (
        "transient",
        "Lightspeed took too long to answer. The dealership's system may be busy: try again later, best "
        "outside opening hours.",
    ),
    "unreachable": (
        "transient",
        "Lightspeed could not be reached. Try again in a few minutes; if it goes on, tell our support.",
    ),
    "broken_off": ("transient", f"The connection to Lightspeed broke off in the middle. {_PASSES}"),
    "insecure": (
        "transient",
        "A secure connection to Lightspeed could not be made, so nothing was sent. Try again later, and tell "
        "our support if it happens again.",
    ),
    "forbidden": (
        "transient",
        "The address of Lightspeed's service leads into a private network, so nothing was sent. "
        "Tell our support.",
    ),
    "empty": ("bad_answer", f"Lightspeed sent an empty answer instead of a list of parts. {_PASSES}"),
    "not_json": (
        "bad_answer",
        f"Lightspeed sent something that is not a list of parts, a web page perhaps. {_PASSES}",
    ),
    "not_array": ("bad_answer", f"Lightspeed sent a message instead of a list of parts. {_PASSES}"),
    "truncated": ("bad_answer", f"Lightspeed's list of parts stopped in the middle. {_PASSES}"),
    "too_large": ("bad_answer", f"Lightspeed sent far more at once than was asked for. {_SUPPORT}"),
    "not_parts": ("bad_answer", f"Lightspeed sent a list in which nothing is a part. {_PASSES}"),
    "repeating": ("bad_answer", f"Lightspeed sent the same parts again instead of the next ones. {_SUPPORT}"),
    "silent": ("bad_answer", f"Lightspeed stopped sending parts in the middle of the list. {_PASSES}"),
    "moving": ("bad_answer", f"Lightspeed's list of parts kept changing while we read it. {_PASSES}"),
    "endless": ("bad_answer", f"Lightspeed's list of parts did not come to an end. {_SUPPORT}"),
    "other_dealer": (
        "account",
        "This 3PA Dealer ID belongs to another dealer. Check it on the LightSpeed Configuration page.",
    ),
    "foreign_parts": (
        "other_dealer",
        "Lightspeed sent parts of another dealership, so nothing was changed for this code. Check the "
        "3PA Dealer ID on the LightSpeed Configuration page. If it is right, contact Lightspeed support.",
    ),
    "no_cmf": (
        "account",
        "The 3PA Dealer ID is missing or holds something other than letters and digits. Check it on the "
        "LightSpeed Configuration page.",
    ),
}
