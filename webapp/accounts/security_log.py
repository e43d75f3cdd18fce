"""A line in the log for each try to sign in, however it ended, and for whatever was refused to somebody.

Beside the request's own line, so that it can be looked for and told of by itself. Who tried is told by a
keyed hash of what was typed: the same for the same account, whether it exists or not, and nothing to guess
from, as people type passwords into the wrong field.
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
# Characters of the hash: enough to tell accounts apart.
SHOWN: Final = 16
# Bad requests are mostly missing tokens; what is simply not there is no attack.
REFUSED: Final = (400, 401, 403, 413, 429)


def keep(app: Flask) -> None:
    """Log them from now on."""
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
    # Nothing, unless the body was read before: it is never read here.
    typed = request.form.get("email")
    if not typed:
        return None
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, device_cookies.mark_of(typed).encode(), hashlib.sha256).hexdigest()[:SHOWN]


def _is_of_another_dealer() -> bool:
    return "dealer_id" in g and "dealer" not in g and current_user.is_authenticated
