"""Which passwords are refused, and in which words.

Length is what counts, 10 to 128 characters, of any kind. What many people choose is refused whatever its
length: zxcvbn bundles the passwords that were most often found in breaches, with common words and names, and
sees through capitals, digits at the end and letters replaced by look-alikes.
"""

from __future__ import annotations

from typing import Any, Final

from flask import current_app
from flask_security import PasswordUtil
from zxcvbn import zxcvbn

from webapp.extensions import end_reading

MOST_CHARACTERS: Final = 128
# What zxcvbn looks at: its time grows faster than the length. So many characters are enough guesses.
LOOKED_AT: Final = 32
# Guesses that it must take at least, as a power of ten. Guessing here is throttled, and there with Argon2.
LEAST_GUESSES: Final = 6
OUR_WORDS: Final = ("parts inventory sync", "lightspeed", "powersports", "inventory")
REASON: Final = (
    "It is too easy to guess: {why}. Three or four words that do not belong together are a good password."
)


class PasswordPolicy(PasswordUtil):
    """What Flask-Security asks whenever a password is set."""

    def validate(self, password: str, is_register: bool, **kwargs: Any) -> tuple[list[str] | None, str]:
        """The reasons to refuse it, or None, and the password in the form in which it is stored."""
        user = kwargs.get("user")
        about = (user.email,) if user is not None else kwargs.get("about", ())
        normal = self.normalize(password)
        # Estimating takes up to some tenths of a second.
        end_reading()
        reason = refusal(normal, about)
        return ([reason] if reason else None), normal


def refusal(password: str, about: tuple[str, ...] = ()) -> str | None:
    """Why the password is refused, or None. `about` is what others know of the person."""
    least = current_app.config["SECURITY_PASSWORD_LENGTH_MIN"]
    if not least <= len(password) <= MOST_CHARACTERS:
        return f"It must have at least {least} characters, and at most {MOST_CHARACTERS}."
    known = [*OUR_WORDS, *about, *(part for text in about for part in text.replace("@", ".").split("."))]
    found = zxcvbn(password[:LOOKED_AT], user_inputs=known)
    if found["guesses_log10"] >= LEAST_GUESSES:
        return None
    return REASON.format(why=_why(found))


def _why(found: dict[str, Any]) -> str:
    """What is wrong with it, of the part that it is easiest to guess by."""
    dictionaries = {match.get("dictionary_name") for match in found["sequence"]}
    if "user_inputs" in dictionaries:
        return "it has your e-mail address or this program's name in it"
    if "passwords" in dictionaries:
        return "it is, or is almost, a password that was found in many breaches"
    warning: str = found["feedback"]["warning"]
    return f"{warning[:1].lower()}{warning[1:].rstrip('.')}" if warning else "it is made of very common words"
