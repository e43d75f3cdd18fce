"""`python -m sandbox.simulator`, run as a person runs it."""

import re
import signal
import socket
import subprocess
import sys

import pytest
import requests

from sandbox.samples.dealers import NORTHWIND

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "sandbox.simulator"]


def run(*words):
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_the_sample_dealers_until_it_is_told_to_stop(number):
    words = ["--port", "0", "--sample", "--switch", "numbers=strings", "--switch", "over_rate=429"]
    with subprocess.Popen(
        [*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        told = "".join(running.stdout.readline() for _ in range(4))
        url = re.search(r"http://\S+/lsapi", told).group()
        login = (NORTHWIND.username, NORTHWIND.password)
        page = requests.get(f"{url}/Part/{NORTHWIND.cmf}", auth=login, timeout=10).json()
        running.send_signal(number)
        rest, errors = running.communicate(timeout=20)
        told += rest
    assert len(page) == 500
    assert isinstance(page[0]["OnHand"], str)
    assert NORTHWIND.name in told
    assert "/_control/" in told
    assert NORTHWIND.password not in told
    assert (running.returncode, errors) == (0, "")


def test_a_port_that_is_taken_is_named_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = run("--port", str(port))
    assert (ended.returncode, ended.stderr) == (1, f"simulator: port {port} is taken\n")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--switch", "numbers=roman"], "numbers is one of"),
        (["--switch", "nonsense=1"], "no such switch: nonsense"),
        (["--switch", "numbers"], "write NAME=VALUE"),
        (["--switch", "latency=slow"], "latency is a number"),
        (["--switch", 'faults=[{"kind": "gremlin"}]'], "kind is one of"),
        (["--port", "70000"], "port must be 0-65535"),
        (["--bulk", "2000000"], "need"),
    ],
)
def test_a_wrong_word_is_refused_in_one_line(words, reason):
    ended = run(*words)
    assert ended.returncode == 1
    assert reason in ended.stderr
    assert ended.stderr.count("\n") == 1
