"""Email address normalization for Flask-Security."""

from __future__ import annotations

from flask_security import MailUtil
from flask_security.mail_util import EmailValidateException

from webapp.core.limits import MAX_EMAIL_LENGTH
from webapp.settings.account_settings import WRONG_ADDRESS


class AddressNormalizer(MailUtil):
    """Rejects overlong text before it is parsed, since parsing time grows with the length."""

    def normalize(self, email: str) -> str:
        """Return the address in the form used for lookups. Raises EmailValidateException."""
        return str(super().normalize(_short(email)))

    def validate(self, email: str) -> str:
        """Return the address in the form that is stored. Raises EmailValidateException."""
        return str(super().validate(_short(email)))


def _short(email: str) -> str:
    if len(email) > MAX_EMAIL_LENGTH:
        raise EmailValidateException(WRONG_ADDRESS)
    return email
