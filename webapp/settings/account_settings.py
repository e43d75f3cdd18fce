"""How people sign in: what Flask and Flask-Security are told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

# One answer to a link that was used, has expired or was made up: which of them it is helps only who guesses.
NO_LINK: Final = (
    "This link is no longer valid. Links work once and expire. Ask for a new one.",
    "error",
)
ASKED: Final = (
    "If this address has an account, we sent it a link to set a new password.",
    "info",
)
WRONG_ADDRESS: Final = "This isn't a valid email address."
WRONG: Final = ("Wrong email address or password.", "error")
CODE_WRONG: Final = ("That code is wrong or was already used. Wait for the next one.", "error")

# Argon2id in OWASP's recommended memory (19 MiB), once more over it than the two times asked for: a web
# process with all its threads at it must not run out of memory, as attackers would like.
ARGON2: Final = {
    "argon2__type": "ID",
    "argon2__memory_cost": 19_456,
    "argon2__rounds": 3,
    "argon2__parallelism": 1,
}

SECURITY: Final[dict[str, Any]] = {
    "SECURITY_PASSWORD_HASH": "argon2",  # nosec B105
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": ARGON2,
    # Argon2id is enough by itself: without SINGLE_HASH every password would also depend on a salt that must
    # never change.
    "SECURITY_PASSWORD_SINGLE_HASH": True,  # nosec B105
    "SECURITY_PASSWORD_SALT": "unused",  # nosec B105
    "SECURITY_PASSWORD_LENGTH_MIN": 10,  # nosec B105
    "SECURITY_CHANGEABLE": True,
    "SECURITY_POST_CHANGE_VIEW": "account.show",
    "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,  # nosec B105
    # Links are sent by our own sender (webapp/accounts/emails.py), made only when they are.
    "SECURITY_RECOVERABLE": True,
    "SECURITY_SEND_PASSWORD_RESET_EMAIL": False,  # nosec B105
    "SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL": False,  # nosec B105
    "SECURITY_POST_RESET_VIEW": "security.login",
    "SECURITY_MSG_INVALID_RESET_PASSWORD_TOKEN": NO_LINK,
    "SECURITY_MSG_PASSWORD_RESET_EXPIRED": NO_LINK,
    "SECURITY_MSG_PASSWORD_RESET_NO_LOGIN": ("Password set. Sign in with your new password.", "success"),
    "SECURITY_MSG_PASSWORD_CHANGE": (
        "Password changed. You're signed out everywhere else.",
        "success",
    ),
    "SECURITY_MSG_GENERIC_AUTHN_FAILED": WRONG,
    "SECURITY_MSG_INVALID_PASSWORD": ("Wrong password.", "error"),
    "SECURITY_MSG_REAUTHENTICATION_SUCCESSFUL": ("Confirmed.", "success"),
    "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    # A session alone signs in: no token in a header, which would need no CSRF token beside it.
    "SECURITY_API_ENABLED_METHODS": ["session"],
    "SECURITY_LOGOUT_CSRF": True,
    # Roles are a column (models/tenants.py), nothing to be joined.
    "SECURITY_JOIN_USER_ROLES": False,
    "SECURITY_POST_LOGIN_VIEW": "/",
    "SECURITY_POST_LOGOUT_VIEW": "/login",
    # How long ago somebody may have given the password to change what others could misuse.
    "SECURITY_FRESHNESS": timedelta(minutes=30),
    "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(minutes=10),
    "SECURITY_TWO_FACTOR": True,
    "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
    "SECURITY_TWO_FACTOR_IMPLEMENTATIONS": {"code": "webapp.accounts.second_factor.SecondFactorStep"},
    # Seconds before and after: the code before and the one after count too, as clocks differ.
    "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
    "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": True,
    "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
    "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "account.show",
    "SECURITY_MSG_TWO_FACTOR_INVALID_TOKEN": CODE_WRONG,
    "SECURITY_MSG_INVALID_RECOVERY_CODE": CODE_WRONG,
    "SECURITY_MSG_TWO_FACTOR_PERMISSION_DENIED": ("Please sign in again.", "info"),
    "SECURITY_MSG_TWO_FACTOR_LOGIN_SUCCESSFUL": ("You're signed in.", "success"),
    "SECURITY_MSG_TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (
        "Two-step verification is on. Now create recovery codes in case you lose your phone.",
        "success",
    ),
    "SECURITY_MSG_TWO_FACTOR_DISABLED": ("Two-step verification is off.", "success"),
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 8,
    "SECURITY_TOTP_ISSUER": "Parts Inventory Sync",
    # The vault seals them (webapp/accounts/second_factor.py).
    "SECURITY_TOTP_SECRETS": {"0": "unused"},
}

# Flask-Security's pages lie with those of the feature.
TEMPLATES = {
    f"SECURITY_{name}_TEMPLATE": f"accounts/sign_in/{file}.html"
    for name, file in (
        ("LOGIN_USER", "login_user"),
        ("FORGOT_PASSWORD", "forgot_password"),
        ("RESET_PASSWORD", "reset_password"),
        ("CHANGE_PASSWORD", "change_password"),
        ("VERIFY", "verify"),
        ("TWO_FACTOR_SETUP", "two_factor_setup"),
        ("TWO_FACTOR_VERIFY_CODE", "two_factor_verify_code"),
        ("MULTI_FACTOR_RECOVERY", "mf_recovery"),
        ("MULTI_FACTOR_RECOVERY_CODES", "mf_recovery_codes"),
    )
}

DEFAULTS: Final[dict[str, Any]] = {
    **TEMPLATES,
    **SECURITY,
    # The cookie is good for as long as its session can last. Set with each answer, one that was under way
    # while the token was renewed would bring the old one back.
    "SESSION_REFRESH_EACH_REQUEST": False,
    # Of each person (webapp/web/general_rate_limit.py): five a second, and one and a half all day long.
    "GENERAL_RATE_LIMIT": "300 per minute; 5000 per hour",
}


def derived(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration of Flask and Flask-Security that follows from these values, by name."""
    return {
        "PERMANENT_SESSION_LIFETIME": timedelta(days=values["SESSION_DAYS"]),
        "SECURITY_RESET_PASSWORD_WITHIN": timedelta(hours=values["PASSWORD_LINK_HOURS"]),
    }
