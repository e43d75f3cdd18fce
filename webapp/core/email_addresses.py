"""Email addresses as they are stored and used: exactly one, with nothing else in the text."""

from __future__ import annotations

from email.headerregistry import Address
from email.utils import parseaddr

from email_validator import EmailNotValidError, validate_email

from webapp.core.limits import MAX_EMAIL_LENGTH


class InvalidAddress(ValueError):
    """Text that isn't a valid email address."""


def parse_address(text: str) -> str:
    """Parse one address; its domain is returned in lower case and in ASCII.

    Raises InvalidAddress, also for line breaks and for a second address after the first: a valid result
    cannot add another header to a message.
    """
    text = text.strip()
    if len(text) > MAX_EMAIL_LENGTH:
        raise InvalidAddress(f"{printable(text)} is too long for an email address")
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise InvalidAddress(f"{printable(text)} isn't a valid email address") from None
    return found.ascii_email or found.normalized


def parse_sender(text: str) -> Address:
    """Parse an address with an optional display name, such as `Parts Sync <alerts@example.com>`.

    Raises InvalidAddress.
    """
    name, address = parseaddr(text)
    if not text.isprintable():
        raise InvalidAddress("it isn't a valid email address")
    return Address(name, addr_spec=parse_address(address))


def printable(text: str) -> str:
    """Shorten user input for an error message and remove unprintable characters."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in text.strip())
    return f"“{plain[:80]}…”" if len(plain) > 80 else f"“{plain}”"
