"""With sixty-four slow clients all others still get responses, and the slow ones are disconnected."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from sandbox.servers.ports import LOOPBACK, free_port
from tests.webapp.web.serving import small_app
from webapp.settings.config import ROOT

pytestmark = pytest.mark.slow

MANY = 64
# Seconds. Long, as machines are shared; nothing waits for it when all is well.
LONG = 60


class Served:
    """A gunicorn on a port, with one process of eight threads."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        config = small_app.settings(
            folder, "head=12, body=12, stall=4, upload=8, response=12, rate=10**9, linger=2"
        )
        self.log = folder / "gunicorn.log"
        command = ["gunicorn", "-c", str(config), "--workers", "1", "--bind", f"{LOOPBACK}:{self.port}"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *command, "tests.webapp.web.serving.small_app:app"],
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def connect(self, first: bytes = b"", buffer: int = 0) -> socket.socket:
        """A connection on which so much was sent."""
        client = socket.socket()
        if buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        client.settimeout(LONG)
        client.connect((LOOPBACK, self.port))
        client.sendall(first)
        return client

    def answers(self) -> bool:
        try:
            return requests.get(f"http://{LOOPBACK}:{self.port}/ordinary", timeout=LONG).ok
        except requests.ConnectionError:
            return False


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    running = Served(tmp_path_factory.mktemp("served"))
    try:
        until(running.answers, running)
        yield running
    finally:
        os.killpg(running.process.pid, signal.SIGKILL)
        running.process.wait()


def until(is_so: Callable[[], object], served: Served) -> None:
    deadline = time.monotonic() + LONG
    while not is_so():
        assert served.process.poll() is None, served.log.read_text()
        assert time.monotonic() < deadline, served.log.read_text()
        time.sleep(0.1)


def trickle(clients: list[socket.socket], act: Callable[[socket.socket], object]) -> Callable[[], set[int]]:
    """Have each client act once a second until it is ended; answers who is still connected."""
    going = set(range(len(clients)))

    def go_on() -> None:
        while going:
            for number in list(going):
                try:
                    if act(clients[number]) == b"":
                        going.discard(number)
                except OSError:
                    going.discard(number)
            time.sleep(1)

    threading.Thread(target=go_on, daemon=True).start()
    return lambda: set(going)


def send_a_byte(client: socket.socket) -> bytes:
    client.setblocking(False)
    try:
        answer = client.recv(4096)
        return b"" if b"408" in answer else answer
    except BlockingIOError:
        client.send(b"x")
        return b"x"


def read_a_byte(client: socket.socket) -> bytes:
    return client.recv(1)


HEAD = b"POST /read HTTP/1.1\r\nHost: x\r\n"
SLOW = {
    "nothing": b"",
    "a head": HEAD + b"X-Slow: ",
    "a form": HEAD + b"Content-Length: 5000\r\n\r\n",
    "chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1388\r\n",
}


@pytest.mark.parametrize("what", SLOW)
def test_slow_senders(served: Served, what: str):
    clients = [served.connect(SLOW[what]) for _ in range(MANY)]
    connected = trickle(clients, send_a_byte)
    assert [served.answers() for _ in range(5)] == [True] * 5
    assert len(connected()) >= 60
    until(lambda: not connected(), served)
    assert served.answers()


def test_slow_readers_of_an_export(served: Served):
    said = len(served.log.read_text())
    clients = [served.connect(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n", buffer=4096) for _ in range(MANY)]
    connected = trickle(clients, read_a_byte)
    assert [served.answers() for _ in range(5)] == [True] * 5
    assert len(connected()) >= 60
    # What had arrived is read much later: that they were ended is told by the server.
    until(lambda: "connection.ended" in served.log.read_text()[said:], served)
    until(lambda: established(served.port) == 0, served)
    for client in clients:
        client.close()
    assert served.answers()


def established(port: int) -> int:
    """Connections to the port whose server's end is still open."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(int(row[1].split(":")[1], 16) == port and row[3] == "01" for row in rows)


def test_a_slow_upload_is_awaited_by_a_thread_and_ended(served: Served):
    client = served.connect(HEAD + b"Content-Length: 500000\r\n\r\n" + b"x" * 1000)
    assert served.answers()
    assert client.recv(100).startswith(b"HTTP/1.1 500") or client.recv(100) == b""


def test_an_export_is_received_whole(served: Served):
    assert (
        len(requests.get(f"http://{LOOPBACK}:{served.port}/large", timeout=LONG).content) == small_app.LARGE
    )


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 3_000_000])
def test_bodies_arrive_whole(served: Served, size: int):
    address = f"http://{LOOPBACK}:{served.port}/read"
    with requests.Session() as session:
        # On a busy machine an idle connection may be closed before it is used again.
        session.mount("http://", HTTPAdapter(max_retries=Retry(total=3, allowed_methods=None)))
        for _ in range(3):
            assert session.post(address, data=b"x" * size, timeout=LONG).text == str(size)


def test_chunks_arrive_whole_up_to_the_limit(served: Served):
    address = f"http://{LOOPBACK}:{served.port}/read"
    assert requests.post(address, data=iter([b"x" * 1000] * 50), timeout=LONG).text == "50000"
    assert requests.post(address, data=iter([b"x" * 1000] * 500), timeout=LONG).status_code == 413


def test_a_head_beyond_the_limit_is_refused(served: Served):
    client = served.connect(HEAD + b"X-Long: " + b"x" * 40_000)
    assert client.recv(100).startswith(b"HTTP/1.1 431")


def test_requests_sent_together_are_answered_in_turn(served: Served):
    client = served.connect(b"\r\n" + 3 * (HEAD + b"Content-Length: 3\r\n\r\nabc"))
    received = b""
    while received.count(b"HTTP/1.1 200 OK") < 3 or not received.endswith(b"\r\n0\r\n\r\n"):
        piece = client.recv(4096)
        assert piece, received
        received += piece
    assert received.count(b"\r\n3\r\n") == 3


def test_a_client_that_expects_100_continue_gets_it(served: Served):
    client = served.connect(HEAD + b"Content-Length: 3\r\nExpect: 100-continue\r\n\r\n")
    assert client.recv(100).startswith(b"HTTP/1.1 100")
    client.sendall(b"abc")
    answer = b""
    while b"200 OK" not in answer:
        answer += client.recv(4096)
