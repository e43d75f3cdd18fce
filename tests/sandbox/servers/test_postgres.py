"""The PostgreSQL of one machine, with the real server."""

import re
import socket
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import psycopg
import pytest

from sandbox.servers.loopback import ServerNotStarted
from sandbox.servers.os_user import unprivileged_account
from sandbox.servers.ports import is_free
from sandbox.servers.postgres import PostgresServer
from tests.sandbox.servers.conftest import StartPython, first_line, within

pytestmark = pytest.mark.slow

START_AND_WAIT = """
import sys
from pathlib import Path
from sandbox.servers.postgres import PostgresServer
server = PostgresServer(Path(sys.argv[1]))
server.start()
print(server.port, flush=True)
input()
"""


@pytest.fixture(scope="module")
def server(open_folder: Path) -> Iterator[PostgresServer]:
    with PostgresServer(open_folder / "shared") as running:
        yield running


@pytest.fixture
def database(server: PostgresServer) -> Iterator[str]:
    yield server.create_database("fresh")
    server.drop_database("fresh")


def ask(url: str, question: str) -> list[str]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(question)
        return [str(row[0]) for row in cursor] if cursor.description else []


def test_it_answers_at_its_url_on_loopback(server: PostgresServer) -> None:
    assert server.url == f"postgresql://postgres@127.0.0.1:{server.port}/postgres"
    assert ask(server.url, "SHOW listen_addresses") == ["127.0.0.1"]


def test_it_does_not_run_as_root(server: PostgresServer) -> None:
    assert server.cluster.stat().st_uid != 0


def test_it_keeps_its_files_in_its_folder(server: PostgresServer, open_folder: Path) -> None:
    assert ask(server.url, "SHOW data_directory") == [str((open_folder / "shared" / "cluster").resolve())]


def test_a_database_is_in_utf_8_and_utc(database: str) -> None:
    assert ask(database, "SHOW server_encoding") == ["UTF8"]
    assert ask(database, "SHOW timezone") == ["UTC"]
    assert ask(database, "SELECT 'Öl ✓'") == ["Öl ✓"]


def test_a_fresh_database_can_have_trigram_search(database: str) -> None:
    ask(database, "CREATE EXTENSION pg_trgm")
    assert ask(database, "SELECT similarity('brake lever', 'break lever') > 0.4") == ["True"]


def test_a_database_is_at_the_url_that_creating_it_returned(server: PostgresServer, database: str) -> None:
    assert database == f"postgresql://postgres@127.0.0.1:{server.port}/fresh"
    assert ask(database, "SELECT current_database()") == ["fresh"]


def test_a_database_can_start_as_a_copy_of_another(server: PostgresServer, database: str) -> None:
    ask(database, "CREATE TABLE part (number text)")
    copy = server.create_database("copy", template="fresh")
    assert ask(copy, "SELECT count(*) FROM part") == ["0"]
    server.drop_database("copy")


def test_a_second_database_of_one_name_is_refused(server: PostgresServer, database: str) -> None:
    assert database
    with pytest.raises(psycopg.errors.DuplicateDatabase):
        server.create_database("fresh")


def test_a_database_can_have_any_name(server: PostgresServer) -> None:
    url = server.create_database('dealer"7";drop/?#')
    assert ask(url, "SELECT current_database()") == ['dealer"7";drop/?#']
    server.drop_database('dealer"7";drop/?#')


def test_a_database_in_use_can_be_dropped(server: PostgresServer) -> None:
    with psycopg.connect(server.create_database("in_use")) as connection:
        server.drop_database("in_use")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    server.drop_database("in_use")
    assert "in_use" not in ask(server.url, "SELECT datname FROM pg_database")


def test_fsync_is_off_unless_the_server_is_durable(server: PostgresServer, open_folder: Path) -> None:
    assert ask(server.url, "SHOW fsync") == ["off"]
    with PostgresServer(open_folder / "durable", durable=True) as durable:
        assert ask(durable.url, "SHOW fsync") == ["on"]


def test_a_restart_keeps_the_port_and_what_was_written(server: PostgresServer, database: str) -> None:
    ask(database, "CREATE TABLE kept AS SELECT 1 AS row")
    port, pid = server.port, server.pid
    server.restart()
    assert (server.port, server.pid == pid) == (port, False)
    assert ask(database, "SELECT row FROM kept") == ["1"]


def test_a_crash_keeps_what_was_committed_and_nothing_else(server: PostgresServer, database: str) -> None:
    ask(database, "CREATE TABLE kept AS SELECT 1 AS row")
    connection = psycopg.connect(database)
    connection.execute("INSERT INTO kept VALUES (2)")
    server.kill()
    assert is_free(server.port)
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")
    server.start()
    assert ask(database, "SELECT row FROM kept") == ["1"]


def test_a_later_program_finds_the_written_rows(open_folder: Path) -> None:
    with PostgresServer(open_folder / "later") as first:
        first.create_database("kept")
    with PostgresServer(open_folder / "later") as second:
        assert "kept" in ask(second.url, "SELECT datname FROM pg_database")


def test_a_deep_folder_works(open_folder: Path) -> None:
    with PostgresServer(open_folder.joinpath(*["a-rather-long-name"] * 8)) as deep:
        assert ask(deep.url, "SELECT 1") == ["1"]


def test_an_interrupted_layout_is_restarted(open_folder: Path) -> None:
    unfinished = open_folder / "interrupted" / "cluster.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    with PostgresServer(open_folder / "interrupted") as server:
        assert ask(server.url, "SELECT 1") == ["1"]


def test_it_names_a_taken_port(open_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ServerNotStarted, match=f"PostgreSQL did not start. Port {port} is taken by "):
            PostgresServer(open_folder / "taken", port=port).start()


def test_the_last_output_is_shown_when_it_does_not_start(open_folder: Path) -> None:
    server = PostgresServer(open_folder / "old")
    server.start()
    server.stop()
    (server.cluster / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(ServerNotStarted, match="database files are incompatible with server"):
        server.start()


def test_files_below_a_closed_folder_are_kept_there_or_somewhere_else(closed_folder: Path) -> None:
    server = PostgresServer(closed_folder / "files")
    with server:
        cluster = server.cluster
        server.create_database("kept")
        server.restart()
        assert "kept" in ask(server.url, "SELECT datname FROM pg_database")
    assert cluster.exists() == cluster.is_relative_to(closed_folder)


def test_a_durable_server_never_leaves_its_folder(closed_folder: Path) -> None:
    files = closed_folder / "files"
    under_root = unprivileged_account() is not None
    expected = pytest.raises(ServerNotStarted, match=re.escape(str(files))) if under_root else nullcontext()
    with expected, PostgresServer(files, durable=True) as server:
        assert server.cluster == files / "cluster"


def test_it_ends_with_a_program_that_is_killed(open_folder: Path, start_python: StartPython) -> None:
    program = start_python(START_AND_WAIT, open_folder / "orphan")
    port = int(first_line(program))
    assert not is_free(port)
    program.kill()
    assert within(10, lambda: is_free(port))
