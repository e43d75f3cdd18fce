"""Which loopback ports are free, and who holds the others."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.servers.ports import free_port, is_free, owner_hint
from tests.sandbox.servers.conftest import StartPython, first_line

pytestmark = pytest.mark.slow

LISTEN = """
import socket
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
input()
"""


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def port_of(server: socket.socket) -> int:
    return int(server.getsockname()[1])


def test_a_free_port_can_be_listened_on() -> None:
    port = free_port()
    assert is_free(port)
    with socket.create_server(("127.0.0.1", port)):
        assert not is_free(port)


def test_a_listener_on_all_addresses_takes_the_port() -> None:
    with socket.create_server(("", 0)) as server:
        assert not is_free(port_of(server))


def test_a_port_that_is_bound_without_a_listener_is_taken() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        assert not is_free(port_of(silent))
        assert owner_hint(port_of(silent)) == f"Port {port_of(silent)} cannot be opened by this user."


def test_a_port_is_free_as_soon_as_its_server_has_ended(listener: socket.socket) -> None:
    with socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        accepted.close()  # The side that closes first keeps the port in TIME_WAIT.
    port = port_of(listener)
    listener.close()
    assert is_free(port)


def test_the_hint_says_that_a_port_is_free() -> None:
    port = free_port()
    assert owner_hint(port) == f"Port {port} is free."


def test_the_hint_names_the_port_and_the_program_that_holds_it(listener: socket.socket) -> None:
    hint = owner_hint(port_of(listener))
    assert hint.startswith(f"Port {port_of(listener)} is taken by ")
    assert f"(process {os.getpid()})" in hint if Path("/proc/net/tcp").exists() else "lsof" in hint


def test_the_hint_names_a_program_that_listens_on_the_newer_address_family_too() -> None:
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as server:
        assert owner_hint(port_of(server)).startswith(f"Port {port_of(server)} is taken by ")


def test_the_hint_does_not_show_the_arguments_of_a_program(
    start_python: StartPython,
) -> None:
    program = start_python(LISTEN, "--password=hunter2")
    port = int(first_line(program))
    assert "taken by" in owner_hint(port)
    assert "hunter2" not in owner_hint(port)
