"""Commands for users: `user create`, `user invite`, and support tasks."""

from __future__ import annotations

import click

from webapp import accounts
from webapp.accounts import user_admin
from webapp.core.enums import ROLES
from webapp.models import Dealer, User
from webapp.web.commands.arguments import dealer_of, password_from_stdin, password_option
from webapp.web.commands.errors import answering

user = click.Group("user", help="Users who sign in.")

_role = click.option("--role", type=click.Choice(ROLES), required=True)
_dealer = click.option("--dealer", "dealer_id", type=int, help="The id of the dealer, for the role dealer.")


@user.command("create")
@click.argument("email")
@_role
@_dealer
@password_option
@answering
def create_user(email: str, role: str, dealer_id: int | None, password_stdin: bool) -> None:
    """Add a user who signs in with an email address and the password."""
    if not password_stdin:
        raise click.UsageError("give --password-stdin and the password on standard input")
    works_for = _works_for(role, dealer_id)
    person = accounts.add_user(email, password_from_stdin(), role, works_for)
    click.echo(f"{person.email} can sign in", err=True)


@user.command("invite")
@click.argument("email")
@_role
@_dealer
@answering
def invite_user(email: str, role: str, dealer_id: int | None) -> None:
    """Add a user, and print a one-time link for choosing the password.

    If email is configured, the link is sent as well.
    """
    _print_link(user_admin.invite(email, role, _works_for(role, dealer_id)))


@user.command("link")
@click.argument("email")
@answering
def make_link(email: str) -> None:
    """Print a one-time link for setting a new password."""
    _print_link(user_admin.user_by_email(email))


@user.command("end-sessions")
@click.argument("email")
@answering
def end_sessions(email: str) -> None:
    """Sign the user out everywhere."""
    person = user_admin.user_by_email(email)
    click.echo(f"{user_admin.end_sessions(person)} sessions of {person.email} ended", err=True)


@user.command("deactivate")
@click.argument("email")
@answering
def deactivate(email: str) -> None:
    """Prevent the user from signing in; sessions and links end at once."""
    user_admin.set_active(user_admin.user_by_email(email), False)


@user.command("activate")
@click.argument("email")
@answering
def activate(email: str) -> None:
    """Allow a deactivated user to sign in again."""
    user_admin.set_active(user_admin.user_by_email(email), True)


@user.command("remove-second-factor")
@click.argument("email")
@answering
def remove_second_factor(email: str) -> None:
    """Turn off two-step verification for a user who lost the phone, and sign the user out everywhere."""
    user_admin.remove_second_factor(user_admin.user_by_email(email))


def _works_for(role: str, dealer_id: int | None) -> Dealer | None:
    if (role == "dealer") != (dealer_id is not None):
        raise click.UsageError("the role dealer needs --dealer; staff don't")
    return None if dealer_id is None else dealer_of(dealer_id)


def _print_link(person: User) -> None:
    link = user_admin.make_link(person)
    click.echo(link)
    if link.startswith("/"):
        click.echo("PUBLIC_URL isn't set; add the address of your site in front", err=True)
