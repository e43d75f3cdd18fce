"""Password policy, and the messages for refused passwords.

Passwords need 10 to 128 characters of any kind. Common ones are refused whatever their length: zxcvbn bundles
the passwords found most often in breaches, with common words and names, and recognizes capitals, trailing
digits and look-alike characters.
"""

from __future__ import annotations

from typing import Any, Final

from flask import current_app
from flask_security import PasswordUtil
from zxcvbn import zxcvbn

from webapp.extensions import end_reading

MOST_CHARACTERS: Final = 128
# The prefix that zxcvbn checks: its time grows faster than the length. So many characters are enough guesses.
LOOKED_AT: Final = 32
# Minimum number of guesses, as a power of ten. Guessing is rate limited online, and slowed by Argon2 offline.
LEAST_GUESSES: Final = 6
OUR_WORDS: Final = ("parts inventory sync", "lightspeed", "powersports", "inventory")
REASON: Final = (
    "This password is too easy to guess: {why}. Three or four unrelated words make a good password."
)


class PasswordPolicy(PasswordUtil):
    """Validator that Flask-Security calls whenever a password is set."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """Return the reasons to refuse the password or None, and the password in the form that is stored."""
        user = kwargs.get("user")
        about = (user.email,) if user is not None else kwargs.get("about", ())
        normal = self.normalize(password)
        # Estimating takes up to some tenths of a second.
        end_reading()
        reason = refusal(normal, about)
        return ([reason] if reason else None), normal


def refusal(password: str, about: tuple[str, ...] = ()) -> str | None:
    """Return why the password is refused, or None. `about` holds words related to the user."""
    least = current_app.config["SECURITY_PASSWORD_LENGTH_MIN"]
    if not least <= len(password) <= MOST_CHARACTERS:
        return f"Use {least} to {MOST_CHARACTERS} characters."
    known = [*OUR_WORDS, *about, *(part for text in about for part in text.replace("@", ".").split("."))]
    estimate = zxcvbn(password[:LOOKED_AT], user_inputs=known)
    if estimate["guesses_log10"] >= LEAST_GUESSES:
        return None
    return REASON.format(why=_why(estimate))


def _why(estimate: dict[str, Any]) -> str:
    """Describe the weakness of the most guessable part."""
    dictionaries = {match.get("dictionary_name") for match in estimate["sequence"]}
    if "user_inputs" in dictionaries:
        return "it contains your email address or this program's name"
    if "passwords" in dictionaries:
        return "it's a password, or close to one, found in many data breaches"
    warning: str = estimate["feedback"]["warning"]
    return f"{warning[:1].lower()}{warning[1:].rstrip('.')}" if warning else "it's made of very common words"
