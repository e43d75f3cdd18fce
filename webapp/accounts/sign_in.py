"""Flask-Security integration: our responses, and a revocable row for every session."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Flask, Response, g, make_response, render_template, request, session
from flask_login import user_logged_out
from flask_security import signals
from flask_security.utils import set_request_attr
from sqlalchemy.exc import SQLAlchemyError

from webapp import audit
from webapp.accounts import emails, password_reset, reauthentication, second_factor_events, sessions
from webapp.accounts.session_tokens import FIELD
from webapp.core import clock
from webapp.extensions import db
from webapp.models import User, UserSession
from webapp.web import device_cookies, htmx, throttling
from webapp.web.tenancy import ask_to_sign_in

log = structlog.get_logger(__name__)

VERIFY = "accounts/sign_in/verify.html"


def register(app: Flask) -> None:
    """Bind sign-in, sign-out and password changes to our responses."""
    security = app.extensions["security"]
    security.render_template = _render
    security.unauthn_handler(ask_to_sign_in)
    # Its pages respond with JSON on request, which no client of ours makes.
    security.want_json(lambda _request: False)
    # Users are authenticated by the session cookie only, never by a token in a header or URL.
    app.login_manager.user_loader(_load)  # type: ignore[attr-defined]
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    app.after_request(_note_seen)
    password_reset.register(app)
    second_factor_events.register(app)
    reauthentication.register(app)
    throttling.register(app)
    signals.user_authenticated.connect(_begin, app)
    signals.user_failed_authn.connect(_failed, app)
    user_logged_out.connect(_end, app)
    signals.password_changed.connect(_password_changed, app)
    signals.password_reset.connect(_password_reset, app)


def _load(identity: str) -> User | None:
    """Load the signed-in user; Flask-Login calls this once per request."""
    row = _session(identity)
    if row is None:
        return None
    g.sign_in = row.id
    g.seen_before = row.last_seen_at
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    return row.user


def _session(identity: str) -> UserSession | None:
    """Load the session's row. After a database failure it is not queried again in this request.

    Rate limits, the request log and the page each load the user: each would wait for a timeout.
    """
    if failure := g.get("session_failure"):
        raise failure
    try:
        return sessions.current(str(session.get(FIELD, "")), str(identity))
    except SQLAlchemyError as error:
        g.session_failure = error
        raise


def _note_seen(response: Response) -> Response:
    if "sign_in" in g and "seen_before" in g:
        sessions.note_seen(g.sign_in, g.seen_before)
    return response


def _begin(_app: Flask, user: User, authn_via: list[str] | None = None, **_: object) -> None:
    """Record a sign-in; Flask-Security commits at the end of the request."""
    # Flask-Login's remember cookie would bypass session rows: the session itself is made permanent.
    wants_to_stay = session.pop("_remember", None) == "set"
    session.pop("_remember_seconds", None)
    if authn_via != ["change"]:
        session.permanent = wants_to_stay
    agent, address = request.headers.get("User-Agent", ""), request.remote_addr or ""
    g.sign_in, session[FIELD] = sessions.begin(user, agent, address, is_kept=session.permanent)
    g.pop("seen_before", None)
    device_cookies.remember(user.email)
    log.info("sign_in.started", person=user.id, session=g.sign_in)


def _failed(_app: Flask, user: User, auth_type: str = "", tfa: bool = False, **_: object) -> None:
    # The input is not logged: users type passwords into the wrong field.
    log.warning("sign_in.failed", person=user.id, factor="code" if tfa else auth_type)


def _end(_app: Flask, user: User | None, **_: object) -> None:
    number = g.pop("sign_in", None)
    session.pop(FIELD, None)
    session.permanent = False
    if number is not None and user is not None:
        sessions.end(user, number=number)
        db.session.commit()


def _password_changed(_app: Flask, user: User, **_: object) -> None:
    # Flask-Security has signed the user in again; it commits everything at the end of the request.
    sessions.end(user, but=g.get("sign_in"))
    _set_password(user, "user.password_changed")


def _password_reset(_app: Flask, user: User, **_: object) -> None:
    sessions.end(user)
    # Holding the link proves access to the mailbox: other people's attempts must not lock this user out.
    device_cookies.remember(user.email)
    _set_password(user, "user.password_set")


def _set_password(user: User, action: str) -> None:
    user.password_set_at = clock.now()
    emails.queue_email("password_changed", user.email)
    audit.note(action, user.email, dealer_id=user.dealer_id, by=user)


def _render(template: str, **context: Any) -> Response:
    """Render a page of Flask-Security; it shows a submitted form again only with errors."""
    is_wrong = any(getattr(value, "errors", None) for value in context.values())
    status = 422 if request.method == "POST" and is_wrong else 200
    if template == VERIFY and htmx.wants_fragment():
        return htmx.fragment("accounts/sign_in/_verify.html", status, **context)
    return make_response(render_template(template, **context), status)
