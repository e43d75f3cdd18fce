"""Processes of the fork server are ended by their groups, so each must lead one at once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.servers.fork_server import ForkServer


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ForkServer]:
    server = ForkServer(["platform"], {"PATH": os.environ["PATH"]}, tmp_path / "server.log")
    yield server
    server.end()


def test_a_process_leads_its_group_as_soon_as_it_is_known(server: ForkServer, tmp_path: Path) -> None:
    for _ in range(20):
        process = server.start("platform", [], {}, tmp_path / "process.log")
        assert os.getpgid(process.pid) == process.pid
        assert process.wait(60) == 0
