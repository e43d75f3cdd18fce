"""Arguments shared by several commands: a dealer, a password on standard input."""

from __future__ import annotations

import sys

import click

from webapp.core.limits import MAX_ID
from webapp.extensions import db
from webapp.models import Dealer, Organization

MAX_PASSWORD_BYTES = 4096

dealer_option = click.option("--dealer", "dealer_id", type=int, required=True, help="The dealer's id.")
password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of standard input."
)


def dealer_of(dealer_id: int) -> Dealer:
    """Return the dealer with that id. Raises ClickException if there is none."""
    dealer = db.session.get(Dealer, dealer_id) if 0 < dealer_id <= MAX_ID else None
    if dealer is None:
        raise click.ClickException(f"dealer {dealer_id} does not exist")
    return dealer


def organization_of(organization_id: int) -> Organization:
    """Return the organization with that id. Raises ClickException if there is none."""
    organization = db.session.get(Organization, organization_id) if 0 < organization_id <= MAX_ID else None
    if organization is None:
        raise click.ClickException(f"organization {organization_id} does not exist")
    return organization


def password_from_stdin() -> str:
    """Read the first line of standard input. Raises ClickException if it is empty or not text."""
    line = sys.stdin.buffer.readline(MAX_PASSWORD_BYTES)
    try:
        password = line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise click.ClickException("the password on standard input isn't UTF-8 text") from None
    if not password:
        raise click.ClickException("no password on standard input")
    if not password.isprintable():
        raise click.ClickException("the password on standard input has characters that can't be printed")
    return password
