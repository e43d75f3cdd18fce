"""Registration of sign-in, the pages about users, and the `user` commands."""

from __future__ import annotations

from flask import Flask

from webapp.accounts import cli, safe_redirect, security_log, sign_in
from webapp.accounts.views import account, invitations, users


def register(app: Flask) -> None:
    """Register sign-in, the pages about users, and the `user` commands."""
    for view in (account, users, invitations):
        app.register_blueprint(view.pages)
    sign_in.register(app)
    safe_redirect.register(app)
    security_log.register(app)
    app.cli.add_command(cli.user)
