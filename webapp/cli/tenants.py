"""`organization create`, `dealer create`."""

from __future__ import annotations

import click

from webapp import accounts
from webapp.cli.arguments import organization_of, password_from_stdin, password_option
from webapp.cli.boundary import answering

organization = click.Group("organization", help="Organizations: groups of dealers.")
dealer = click.Group("dealer", help="Dealers.")


@organization.command("create")
@click.argument("name")
@click.option("--username", help="3PA user name that all its dealers use.")
@password_option
@answering
def create_organization(name: str, username: str | None, password_stdin: bool) -> None:
    """Add an organization and print its id."""
    if (username is None) == password_stdin:
        raise click.UsageError("give --username and --password-stdin together, or neither")
    password = password_from_stdin() if password_stdin else None
    click.echo(accounts.add_organization(name, username, password).id)


@dealer.command("create")
@click.argument("name")
@click.option("--timezone", required=True, metavar="AREA/CITY", help="Such as America/Chicago.")
@click.option("--organization", "organization_id", type=int, help="The id of the dealer's organization.")
@answering
def create_dealer(name: str, timezone: str, organization_id: int | None) -> None:
    """Add a dealer and print its id."""
    group = None if organization_id is None else organization_of(organization_id)
    click.echo(accounts.add_dealer(name, timezone, group).id)
