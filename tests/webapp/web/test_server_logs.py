"""gunicorn writes one JSON event a line: starting, serving, refusing and stopping."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sandbox.servers.ports import free_port
from webapp.settings.config import ROOT

pytestmark = pytest.mark.slow

APPLICATION = """
def app(environ, start):
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]
"""


@pytest.fixture
def served(tmp_path: Path) -> list[dict[str, object]]:
    """What a gunicorn logs from start to stop, with one good request and one that is not HTTP."""
    (tmp_path / "small.py").write_text(APPLICATION)
    port = free_port()
    options = ["--bind", f"127.0.0.1:{port}", "--access-logfile", "-", "--no-control-socket", "small:app"]
    command = [sys.executable, "-m", "gunicorn", "--pythonpath", str(tmp_path), *options]
    environment = {**os.environ, "LOG_FORMAT": "json"}
    log = tmp_path / "log"
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            _ask(port)
            _send_garbage(port)
        finally:
            server.send_signal(signal.SIGTERM)
            assert server.wait(60) == 0
    return [json.loads(line) for line in log.read_text().splitlines()]


def _ask(port: int) -> None:
    for _attempt in range(600):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", "/parts?q=searched-for")
            assert connection.getresponse().read() == b"ok"
            return
        except ConnectionRefusedError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError("gunicorn did not start")


def _send_garbage(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"this is not http\r\n\r\n")
        connection.recv(1024)


def test_every_line_is_an_event_with_level_and_time(served: list[dict[str, object]]) -> None:
    assert all({"event", "level", "timestamp"} <= line.keys() for line in served)
    messages = [str(line.get("message")) for line in served if line["event"] == "gunicorn.logged"]
    assert any(message.startswith("Starting gunicorn") for message in messages)
    assert any("Invalid" in message for message in messages)


def test_an_access_line_tells_the_path_without_the_query(served: list[dict[str, object]]) -> None:
    (line,) = [line for line in served if line["event"] == "request.served" and line["status"] == 200]
    assert (line["method"], line["path"], line["bytes"]) == ("GET", "/parts", 2)
    assert "searched-for" not in json.dumps(served)
