"""E-mail addresses as they may be stored and written to: one each, with nothing else in it."""

from __future__ import annotations

from email.headerregistry import Address
from email.utils import parseaddr
from typing import Final

from email_validator import EmailNotValidError, validate_email

# RFC 5321's limit of a path, less its brackets. Parsing takes longer than the text is long.
MOST_CHARACTERS: Final = 254


class InvalidAddress(ValueError):
    """The text is no e-mail address that can be written to."""


def address_of(text: str) -> str:
    """The address in its plain form, the domain in lower case and in ASCII.

    Raises NoAddress, also for line breaks and for a second address behind the first: what passes can stand in
    a header without becoming another one.
    """
    text = text.strip()
    if len(text) > MOST_CHARACTERS:
        raise InvalidAddress(f"{shown(text)} is longer than an e-mail address can be")
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise InvalidAddress(f"{shown(text)} is no e-mail address") from None
    return found.ascii_email or found.normalized


def sender_of(text: str) -> Address:
    """An address with or without a name before it, such as `Parts Sync <alerts@example.com>`.

    Raises NoAddress.
    """
    name, address = parseaddr(text)
    if not text.isprintable():
        raise InvalidAddress("it is no e-mail address")
    return Address(name, addr_spec=address_of(address))


def shown(text: str) -> str:
    """What somebody typed, short enough to be shown in a sentence, without characters that cannot be."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in text.strip())
    return f"“{plain[:80]}…”" if len(plain) > 80 else f"“{plain}”"
