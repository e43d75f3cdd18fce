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
        return "transient", f"Lightspeed had an internal error ({status}). {_PASSES}"
    if 300 <= status < 400:
        return "bad_answer", f"Lightspeed redirected us to another address (code {status}). {_SUPPORT}"
    return "bad_answer", f"Lightspeed didn't accept the request (code {status}). {_SUPPORT}"


_PASSES = "This is usually temporary. Try again in a few minutes. If it continues, call Lightspeed support."
_SUPPORT = "Try again later. If it happens again, contact our support."

_STATUSES: dict[int, tuple[Kind, str]] = {
    401: (
        "account",
        "Lightspeed didn't accept your 3PA Username and 3PA Password. The password may be wrong or expired. "
        "Generate a new one in LightspeedEVO under System > Lists > Stores > (store) > Third Party Access, "
        "then enter it on the LightSpeed Configuration page.",
    ),
    403: (
        "account",
        "Lightspeed accepted your login, but it can't read your parts. Ask Lightspeed to enable third-party "
        "access to parts for this 3PA Dealer ID.",
    ),
    404: (
        "account",
        "Lightspeed doesn't recognize this 3PA Dealer ID. Check the number on the LightSpeed Configuration "
        "page, or ask Lightspeed for the right one.",
    ),
    429: (
        "rate_limited",
        "Lightspeed received too many requests with this login and asked us to slow down. Try again in a few "
        "minutes. If it continues, check whether another program uses the same login.",
    ),
    500: ("transient", f"Lightspeed had an internal error (500). {_PASSES}"),
    503: ("transient", f"Lightspeed is busy or down for maintenance (503). {_PASSES}"),
}

_FAULTS: dict[Fault, tuple[Kind, str]] = {
    "timed_out": (
        "transient",
        "Lightspeed took too long to respond. Your Lightspeed system may be busy. Try again later, ideally "
        "outside business hours.",
    ),
    "unreachable": (
        "transient",
        "We couldn't reach Lightspeed. Try again in a few minutes. If it continues, contact our support.",
    ),
    "broken_off": ("transient", f"The connection to Lightspeed was lost during the download. {_PASSES}"),
    "insecure": (
        "transient",
        "We couldn't connect securely to Lightspeed, so nothing was sent. Try again later. If it happens "
        "again, contact our support.",
    ),
    "forbidden": (
        "transient",
        "The address of Lightspeed's service leads to a private network, so nothing was sent. Contact our "
        "support.",
    ),
    "empty": ("bad_answer", f"Lightspeed sent an empty response instead of a parts list. {_PASSES}"),
    "not_json": (
        "bad_answer",
        f"Lightspeed sent something other than a parts list. {_PASSES}",
    ),
    "not_array": ("bad_answer", f"Lightspeed sent a message instead of a parts list. {_PASSES}"),
    "truncated": ("bad_answer", f"Lightspeed's parts list was cut off. {_PASSES}"),
    "too_large": ("bad_answer", f"Lightspeed sent far more data than we requested. {_SUPPORT}"),
    "not_parts": ("bad_answer", f"Lightspeed sent a list without any parts. {_PASSES}"),
    "repeating": ("bad_answer", f"Lightspeed sent the same parts again instead of the next ones. {_SUPPORT}"),
    "silent": ("bad_answer", f"Lightspeed stopped sending parts before the end of the list. {_PASSES}"),
    "moving": ("bad_answer", f"Lightspeed's parts list kept changing while we downloaded it. {_PASSES}"),
    "endless": ("bad_answer", f"Lightspeed's parts list never ended. {_SUPPORT}"),
    "other_dealer": (
        "account",
        "This 3PA Dealer ID belongs to another dealer. Check it on the LightSpeed Configuration page.",
    ),
    "foreign_parts": (
        "other_dealer",
        "Lightspeed sent parts that belong to another dealer, so nothing was changed for this code. Check "
        "your 3PA Dealer ID on the LightSpeed Configuration page. If it's right, contact Lightspeed support.",
    ),
    "no_cmf": (
        "account",
        "The 3PA Dealer ID is missing or has characters other than letters and digits. Check it on the "
        "LightSpeed Configuration page.",
    ),
}
