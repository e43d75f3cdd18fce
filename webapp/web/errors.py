"""Error responses: an alert for htmx, otherwise a page."""

from __future__ import annotations

from typing import Final

import structlog
from flask import Flask, Response, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin
from flask_security import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, SecurityError

from webapp.core.database_errors import is_away
from webapp.web import expired_form, htmx
from webapp.web.tenancy import ask_to_sign_in

log = structlog.get_logger(__name__)

# Seconds after which a client may retry.
RETRY_AFTER: Final = 10
SAID = {
    403: ("No access", "Your account can't see this page."),
    404: ("Page not found", "Check the address. The page may have been removed."),
    405: ("Not available here", "Go back and try again."),
    409: ("Someone else changed this", "Reload the page to see the latest, then try again."),
    413: ("Too large", "The file or form is larger than this page accepts."),
    429: ("Too many attempts", "Wait a minute, then try again."),
    500: (
        "Something went wrong",
        "This isn't your fault. Nothing was saved. Try again in a moment.",
    ),
    503: ("Temporarily unavailable", "This isn't your fault. Try again in a moment."),
}
OTHER = ("That didn't work", "We couldn't read the request. Go back and try again.")
OTHER_NAME = "This site isn't available under this name."
AGAIN = "You signed in again after you opened this page. Nothing you typed was lost. Save again."
EXPIRED = ("This page is out of date", "It was opened in another session. Reload it and try again.")


def register(app: Flask) -> None:
    """Register the error handlers."""
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SQLAlchemyError, _database)


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    # The token expires with the session, and is checked before anything else.
    if request.endpoint != "security.login" and not current_user.is_authenticated:
        return ask_to_sign_in()
    if htmx.wants_fragment():
        return _renew_token()
    return expired_form.answer(400) or _answer(400, EXPIRED)


def _renew_token() -> Response:
    """Send the new token to a user who signed in again in another tab, so that forms of this tab work again.

    Only our own pages can send htmx's header, so no other site receives a token here.
    """
    response = htmx.refuse(AGAIN, 400)
    response.set_data(response.get_data(as_text=True) + render_template("errors/_token.html"))
    return response


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        # A redirect, or a response created where it was raised.
        return make_response(error.response)
    if isinstance(error, SecurityError):
        # No page URL can be built for a host name that isn't ours.
        return Response(f"{OTHER_NAME}\n", 400, mimetype="text/plain")
    code = error.code or 500
    said = SAID.get(code, OTHER)
    # A sentence passed to abort() is more specific than the general one; Werkzeug's own are not.
    own = type(error).description != error.description and error.description
    return _answer(code, (said[0], own) if own and code != 500 else said)


def _database(error: SQLAlchemyError) -> Response:
    """Return 503 if the database is unavailable or busy; any other error is a defect."""
    if not is_away(error):
        raise error
    log.error("database.failed", error=type(getattr(error, "orig", None) or error).__name__)
    # Flask-Login passes the current user to every template, which would query the database.
    g._login_user = AnonymousUserMixin()
    response = _answer(503, SAID[503])
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def _answer(code: int, said: tuple[str, str]) -> Response:
    heading, sentence = said
    if htmx.wants_fragment():
        return htmx.refuse(f"{heading}. {sentence}", code)
    return make_response(
        render_template("errors/page.html", code=code, heading=heading, sentence=sentence), code
    )
