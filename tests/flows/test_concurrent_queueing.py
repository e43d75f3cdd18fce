"""Twenty concurrent clicks on Queue Inventory Update, over two web processes, give one run (R8)."""

from __future__ import annotations

import re
import threading
from collections import Counter

import requests
from flask_security import hash_password

from sandbox.servers.ports import LOOPBACK, free_port
from tests.factories import make_manufacturer, make_user
from tests.flows.conftest import Program, wait_until
from tests.sync_harness import SyncHarness
from webapp.extensions import db
from webapp.models import Run

EMAIL, PASSWORD = "parts@northwind.example", "a long enough one"


def web(program: Program) -> str:
    """The address of a web process of its own."""
    port = free_port()
    options = ("--threads", "12", "--workers", "1")
    program.start("gunicorn", *options, "--bind", f"{LOOPBACK}:{port}", "wsgi:app")
    address = f"http://{LOOPBACK}:{port}"
    wait_until(lambda: answers(address), "the web process", program)
    return address


def answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/login", timeout=10).ok
    except requests.ConnectionError:
        return False


def token(page: requests.Response) -> dict[str, str]:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert found
    return {"csrf_token": found[1]}


def test_twenty_presses_over_two_web_processes_give_one_run(harness: SyncHarness, program: Program) -> None:
    harness.map_code("TR", make_manufacturer("Tucker", numbers=["A-1"]))
    dealer_id = harness.dealer.id
    make_user(EMAIL, harness.dealer, hash_password(PASSWORD))
    addresses = [web(program), web(program)]
    browser = requests.Session()
    login = {"email": EMAIL, "password": PASSWORD, **token(browser.get(f"{addresses[0]}/login", timeout=30))}
    assert browser.post(f"{addresses[0]}/login", data=login, timeout=30).ok
    form = token(browser.get(f"{addresses[1]}/dealers/{dealer_id}/runs/new", timeout=30))
    statuses: list[int] = []
    ready = threading.Barrier(20)

    def press(address: str) -> None:
        ready.wait()
        pressed = requests.post(
            f"{address}/dealers/{dealer_id}/runs",
            data=form,
            cookies=browser.cookies.get_dict(),
            allow_redirects=False,
            timeout=60,
        )
        statuses.append(pressed.status_code)

    presses = [threading.Thread(target=press, args=(addresses[number % 2],)) for number in range(20)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert Counter(statuses) == {303: 1, 409: 19}
    db.session.rollback()
    assert [run.status for run in db.session.scalars(db.select(Run))] == ["queued"]
