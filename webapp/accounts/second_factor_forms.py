"""Flask-Security's forms of two-step verification, with choices as WTForms expects them since 3.3."""

from __future__ import annotations

from typing import Final

from flask_security.forms import TwoFactorRescueForm, TwoFactorSetupForm
from wtforms import RadioField

from webapp.web.form_fields import choices

_METHODS: Final = {"authenticator": "Authenticator app", "disable": "Turn off"}


class MethodForm(TwoFactorSetupForm):
    """Choice of a method; the form itself refuses those that are not enabled."""

    setup = RadioField("Method", choices=choices(_METHODS), validate_choice=False)


class RescueForm(TwoFactorRescueForm):
    """Ways to sign in without the app. The page has a link to the only one."""

    help_setup = RadioField("Help", choices=choices({"help": "Contact support"}))
