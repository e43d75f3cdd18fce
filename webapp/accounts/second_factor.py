"""Second factor: TOTP codes of an authenticator app, and recovery codes.

The TOTP secret is encrypted with `CREDENTIALS_KEYS` like every other secret; recovery codes are stored as
hashes, since they are one-time passwords. A used TOTP code, and any before it, is rejected: an observed code
is worthless.
"""

from __future__ import annotations

import base64
import io
from typing import Any, Final

import qrcode
import qrcode.image.svg
from flask import current_app, g
from flask_security import MfRecoveryCodesUtil, Totp
from flask_security.twofactor import CodeTfPlugin
from flask_security.utils import hash_password, verify_password
from passlib.exc import UsedTokenError
from passlib.totp import TOTP
from sqlalchemy import or_, update
from werkzeug.local import LocalProxy

from webapp import audit
from webapp.core import vault
from webapp.extensions import db
from webapp.models import User

# Pixels of the QR code: large enough for a phone's camera to read from a screen.
LEAST_BORDER: Final = 4


class TotpCodes(Totp):
    """Flask-Security's interface for secrets and codes."""

    def __init__(self, _secrets: dict[str, str], issuer: str) -> None:
        self._totp = TOTP.using(issuer=issuer)

    def generate_totp_secret(self) -> str:
        """Create a secret, encrypted."""
        return vault.seal(self._totp.new().to_json(encrypt=False))

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:
        """Return whether the code is valid now, and unused."""
        return bool(super().verify_totp(token, vault.unseal(totp_secret), user, window))

    def get_totp_uri(self, username: str, totp_secret: str) -> str:
        """Return the URI in the QR code."""
        return str(super().get_totp_uri(username, vault.unseal(totp_secret)))

    def get_totp_pretty_key(self, totp_secret: str) -> str:
        """Return the secret for manual entry into the app."""
        return str(super().get_totp_pretty_key(vault.unseal(totp_secret)))

    def get_totp_b32_key(self, totp_secret: str) -> str:
        """Return the secret, without spaces."""
        return str(super().get_totp_b32_key(vault.unseal(totp_secret)))

    def generate_qrcode(self, username: str, totp: str) -> str:
        """Return the QR code as a `data:` URL; black on white in dark mode too."""
        uri, factory = self.get_totp_uri(username, totp), qrcode.image.svg.SvgFillImage
        with io.BytesIO() as file:
            qrcode.make(uri, image_factory=factory, border=LEAST_BORDER).save(file)
            return f"data:image/svg+xml;base64,{base64.b64encode(file.getvalue()).decode()}"

    def get_last_counter(self, user: Any) -> int | None:
        """Return the time step of the last used code."""
        counter: int | None = user.tf_last_counter
        return counter

    def set_last_counter(self, user: Any, tmatch: Any) -> None:
        """Store it, committed with the request that used the code; of two concurrent uses one is refused."""
        fresh = or_(User.tf_last_counter.is_(None), User.tf_last_counter < tmatch.counter)
        use = update(User).where(User.id == user.id, fresh).values(tf_last_counter=tmatch.counter)
        used: Any = db.session.execute(use)
        if not used.rowcount:
            raise UsedTokenError


class SecondFactorStep(CodeTfPlugin):
    """Flask-Security's interface for the step between password and code."""

    def tf_login(self, user: Any, json_payload: dict[str, Any], next_loc: str | None) -> Any:
        """Redirect to the code page, with the requested page as `next`; without one Flask-Security chooses
        its own."""
        asked = next_loc if (next_loc or "").startswith("/") else None
        return super().tf_login(user, json_payload, asked)


class NoSecondFactor(ValueError):
    """Recovery codes were requested for an account without a second factor."""


def forget_recovery_codes(user: User) -> None:
    """Delete the recovery codes; the caller commits.

    The row is locked and read again first: codes that another request has just committed would otherwise
    survive, as SQLAlchemy does not write a value that equals the one it loaded.
    """
    _read_again(user)
    user.mf_recovery_codes = None


def _read_again(user: Any) -> None:
    # Flask-Security passes `current_user`, a proxy for the row that isn't mapped itself.
    row = user._get_current_object() if isinstance(user, LocalProxy) else user
    # Refreshing discards changes that are not flushed.
    db.session.flush()
    columns = ["tf_primary_method", "tf_totp_secret", "mf_recovery_codes"]
    db.session.refresh(row, columns, with_for_update=True)


class RecoveryCodes(MfRecoveryCodesUtil):
    """Recovery codes as Flask-Security expects them: shown when created, and never again.

    They exist only together with a second factor. Codes created in an open session before it is set up could
    replace it later.
    """

    def create_recovery_codes(self, user: Any) -> list[str]:
        """Create codes that replace the previous ones; only their hashes are stored. Raises
        NoSecondFactor."""
        if not user.has_second_factor:
            raise NoSecondFactor
        count = current_app.config["SECURITY_MULTI_FACTOR_RECOVERY_CODES_N"]
        codes: list[str] = current_app.extensions["security"].totp_factory.generate_recovery_codes(count)
        hashes = [hash_password(code) for code in codes]
        # Locked only now: hashing takes long.
        _read_again(user)
        if not user.has_second_factor:
            raise NoSecondFactor
        audit.note("user.recovery_codes_made", user.email, dealer_id=user.dealer_id, by=user)
        user.mf_recovery_codes = hashes
        return codes

    def get_recovery_codes(self, user: Any) -> list[str]:
        """Return nothing: only hashes are stored."""
        return []

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Return whether it is an unused code; the row stays locked so that it is used only once."""
        hashes = list(user.mf_recovery_codes or []) if user.has_second_factor else []
        used = _matching(code, hashes)
        # Locked only now: comparing with each hash takes long.
        _read_again(user)
        g.recovery_hash = used
        return user.has_second_factor and used in (user.mf_recovery_codes or [])

    def delete_recovery_code(self, user: Any, code: str) -> bool:
        """Mark the code as used."""
        used = g.pop("recovery_hash", None)
        if user.mf_recovery_codes is None or used not in user.mf_recovery_codes:
            return False
        user.mf_recovery_codes.remove(used)
        left = {"codes_left": len(user.mf_recovery_codes)}
        audit.note("user.recovery_code_used", user.email, dealer_id=user.dealer_id, after=left, by=user)
        return True


def _matching(code: str, hashes: list[str]) -> str | None:
    typed: Any = "".join(code.split()).lower()
    return next((hashed for hashed in hashes if verify_password(typed, hashed)), None)
