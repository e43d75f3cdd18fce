"""Checks of text that somebody enters: its length, and that it can be printed. Pure."""

from __future__ import annotations

from webapp.core.errors import FieldRefused
from webapp.core.limits import MAX_PASSWORD_LENGTH, MAX_USERNAME_LENGTH


def length_error(label: str, text: str, most: int) -> str | None:
    """Return why the text is too long, or None."""
    return f"{label} is longer than {most} characters" if len(text) > most else None


def character_error(label: str, text: str) -> str | None:
    """Return why the text has unusable characters, or None.

    Names hold no control characters, and PostgreSQL cannot store NUL.
    """
    return None if text.isprintable() else f"{label} has a character that can't be printed"


def check_text(field: str, label: str, text: str, most: int) -> None:
    """Raise FieldRefused for text that is longer than `most` characters or cannot be printed."""
    error = length_error(label, text, most) or character_error(label, text)
    if error is not None:
        raise FieldRefused(field, error)


def check_login(username: str | None, password: str | None) -> None:
    """Raise FieldRefused for a 3PA username or password that cannot be stored."""
    check_text("username", "3PA Username", (username or "").strip(), MAX_USERNAME_LENGTH)
    check_text("password", "3PA Password", password or "", MAX_PASSWORD_LENGTH)
