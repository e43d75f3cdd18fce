"""Command `credentials reseal`."""

from __future__ import annotations

import click

from webapp.operations import key_rotation
from webapp.web.commands.errors import answering

credentials = click.Group("credentials", help="Stored secrets: 3PA passwords and webhook secrets.")


@credentials.command("reseal")
@answering
def reseal() -> None:
    """Encrypt every stored secret with the first of CREDENTIALS_KEYS, so that the other keys can be
    removed."""
    done = key_rotation.reseal()
    click.echo(f"{done.count} encrypted again", err=True)
    for place in done.unreadable:
        click.echo(f"{place}: no key in CREDENTIALS_KEYS decrypts it; enter it again", err=True)
    if done.unreadable:
        raise click.exceptions.Exit(1)
