"""Databases of an existing PostgreSQL server."""

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url


class Databases:
    """Creates and drops databases through the one that `url` names, which itself is not changed.

    The user in `url` (`postgresql://…`, `postgres://…`, or with a driver's name) needs the right to create
    databases.
    """

    def __init__(self, url: str) -> None:
        self.url = _plain(url)

    def create_database(self, name: str, template: str = "template0") -> str:
        """Create a UTF-8 database and return its URL.

        With `template` it starts as a copy of that database, which must have no connections. Raise
        `psycopg.errors.DuplicateDatabase` if the name exists.
        """
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    def drop_database(self, name: str) -> None:
        """Drop the database, if it exists, and end its connections."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
