"""Error handling of commands: expected errors become one line on stderr and exit code 1, a refused file one
for each of its lines; others are raised."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError, OperationalError

from webapp.core.actor import by_command
from webapp.core.errors import Refused
from webapp.core.spreadsheet import FileRefused
from webapp.extensions import db

P = ParamSpec("P")
R = TypeVar("R")

_NOT_MIGRATED = re.compile(
    r"no such (table|column)|has no column named|(relation|column) .{1,200} does not exist"
)


def answering(command: Callable[P, R]) -> Callable[P, R]:
    """Run a command within the app context, and print expected errors by click."""

    @with_appcontext
    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        # Commands may use other connections too, which would wait for a transaction left open here.
        db.session.rollback()
        try:
            with by_command():
                return command(*args, **kwargs)
        except FileRefused as refused:
            for line, reason in refused.problems:
                click.echo(f"line {line}: {reason}", err=True)
            raise click.exceptions.Exit(1) from None
        except Refused as refusal:
            raise click.ClickException(str(refusal)) from None
        except DBAPIError as error:
            raise _unusable(error) from error
        finally:
            db.session.rollback()

    return run


def _unusable(error: DBAPIError) -> Exception:
    """Return the message for a missing or unmigrated database; any other error is returned as it is."""
    lines = str(error.orig).splitlines() or [""]
    if _NOT_MIGRATED.search(lines[0]):
        return click.ClickException("the database isn't migrated; run flask --app wsgi db upgrade")
    if isinstance(error, OperationalError):
        return click.ClickException(f"can't use the database: {lines[0]}")
    return error
