"""Makes Flask-Security's pages answer as ours do."""

from __future__ import annotations

from flask import Flask, Response, make_response, render_template, request
from flask_security.signals import password_changed

from webapp import audit
from webapp.models import User
from webapp.views.tenancy import ask_to_sign_in


def register(app: Flask) -> None:
    """Bind sign-in, sign-out and change of password to our answers."""
    security = app.extensions["security"]
    security.render_template = _render
    security.unauthn_handler(ask_to_sign_in)
    password_changed.connect(_note_change)


def _note_change(_app: Flask, user: User, **_: object) -> None:
    # Flask-Security commits it with the change, at the end of the request.
    audit.note("user.password_changed", user.email, dealer_id=user.dealer_id, by=user)


def _render(template: str, **context: object) -> Response:
    # Flask-Security renders a form that was sent only to show what is wrong with it.
    return make_response(render_template(template, **context), 422 if request.method == "POST" else 200)
