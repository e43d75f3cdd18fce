"""Password reset with one response for all addresses, known or unknown."""

from __future__ import annotations

from flask import Flask, Response, flash, make_response, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_security import url_for_security

from webapp.accounts import emails
from webapp.accounts.forms import ForgotPasswordForm
from webapp.extensions import db
from webapp.settings.account_settings import ASKED
from webapp.web.email_links import can_send_links

TEMPLATE = "accounts/sign_in/forgot_password.html"


def register(app: Flask) -> None:
    """Replace Flask-Security's page, which looks the address up before it responds."""
    app.view_functions["security.forgot_password"] = ask


def ask() -> ResponseReturnValue:
    """Send a link to the address, if it belongs to a user."""
    form = ForgotPasswordForm()
    if not can_send_links() or not form.is_submitted():
        return _page(form, 200)
    if not form.validate():
        return _page(form, 422)
    emails.queue_email("reset", (form.email.data or "").lower())
    db.session.commit()
    flash(*ASKED)
    return redirect(url_for_security("login"), 303)


def _page(form: ForgotPasswordForm, status: int) -> Response:
    return make_response(render_template(TEMPLATE, form=form, are_sent=can_send_links()), status)
