"""Databases of a server that somebody else started."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.servers.databases import Databases
from sandbox.servers.postgres import PostgresServer

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(open_folder: Path) -> Iterator[PostgresServer]:
    with PostgresServer(open_folder / "files") as running:
        yield running


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_the_address_may_have_the_form_that_programs_use(server: PostgresServer, scheme: str) -> None:
    databases = Databases(server.url.replace("postgresql", scheme, 1))
    assert databases.create_database("fresh") == f"postgresql://postgres@127.0.0.1:{server.port}/fresh"
    databases.drop_database("fresh")


def test_the_password_and_options_stay_in_the_new_address(server: PostgresServer) -> None:
    options = "?application_name=tests"
    url = server.url.replace("postgres@", "postgres:s%40crt@") + options
    fresh = Databases(url).create_database("fresh")
    assert fresh == f"postgresql://postgres:s%40crt@127.0.0.1:{server.port}/fresh{options}"
    Databases(fresh.replace("/fresh", "/postgres")).drop_database("fresh")
