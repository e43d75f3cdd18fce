"""Security log: one line for each sign-in attempt and its outcome, and for each refused request.

Separate from the request log, so that it can be searched and alerted on. The account is identified by a keyed
hash of the text entered: the same for the same account, existing or not, and safe even if a user typed a
password into the wrong field.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

import structlog
from flask import Flask, Response, current_app, g, request
from flask_security import current_user

from webapp.web import device_cookies

log = structlog.get_logger(__name__)

TRIES: Final = {
    "security.login": "security.sign_in_attempted",
    "security.logout": "security.sign_out_attempted",
    "security.two_factor_token_validation": "security.second_factor_attempted",  # nosec B105
    "security.mf_recovery": "security.recovery_code_attempted",
    "security.verify": "security.password_confirmation_attempted",
    "security.change_password": "security.password_change_attempted",  # nosec B105
    "security.forgot_password": "security.link_requested",  # nosec B105
    "security.reset_password": "security.password_set",  # nosec B105
}
OUTCOMES: Final = {422: "failed", 429: "throttled", 400: "refused", 401: "refused"}
# Characters of the hash: enough to distinguish accounts.
SHOWN: Final = 16
# Bad requests are mostly missing tokens; a 404 is not an attack.
REFUSED: Final = (400, 401, 403, 413, 429)


def register(app: Flask) -> None:
    """Log security events from now on."""
    app.after_request(_note)


def _note(response: Response) -> Response:
    tried = TRIES.get(request.endpoint or "") if request.method == "POST" else None
    if tried:
        outcome = OUTCOMES.get(response.status_code, "done")
        log.info(tried, outcome=outcome, address=request.remote_addr, account=_account())
    elif response.status_code in REFUSED and request.method != "GET":
        _warn("security.refused", response)
    elif response.status_code == 403:
        _warn("security.forbidden", response)
    elif response.status_code == 404 and _is_of_another_dealer():
        _warn("security.tenant_denied", response)
    return response


def _warn(event: str, response: Response) -> None:
    about = {"method": request.method, "page": request.endpoint, "address": request.remote_addr}
    log.warning(event, status=response.status_code, **about)


def _account() -> str | None:
    # None unless the body was already read: it is never read here.
    typed = request.form.get("email")
    if not typed:
        return None
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, device_cookies.mark_of(typed).encode(), hashlib.sha256).hexdigest()[:SHOWN]


def _is_of_another_dealer() -> bool:
    return "dealer_id" in g and "dealer" not in g and current_user.is_authenticated
