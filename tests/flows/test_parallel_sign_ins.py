"""Parallel sign-in attempts over two web processes are limited like sequential ones."""

from __future__ import annotations

import threading
from collections import Counter

import requests
from flask_security import hash_password

from tests.factories import make_user
from tests.flows.conftest import Program
from tests.flows.test_concurrent_queueing import token, web
from tests.sync_harness import SyncHarness

EMAIL, PASSWORD = "parts@northwind.example", "a long enough one"
PARALLEL, ALLOWED = 40, 10


def attempts(addresses: list[str], password: str, count: int) -> Counter[int]:
    """The statuses of so many attempts at once, each from a browser that is not known."""
    browser = requests.Session()
    form = {"email": EMAIL, "password": password, **token(browser.get(f"{addresses[0]}/login", timeout=30))}
    cookies, statuses, ready = browser.cookies.get_dict(), list[int](), threading.Barrier(count)

    def attempt(address: str) -> None:
        ready.wait()
        options = {"cookies": cookies, "allow_redirects": False, "timeout": 120}
        statuses.append(requests.post(f"{address}/login", data=form, **options).status_code)

    threads = [threading.Thread(target=attempt, args=(addresses[number % 2],)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(statuses)


def test_of_forty_concurrent_guesses_ten_are_checked(harness: SyncHarness, program: Program) -> None:
    make_user(EMAIL, harness.dealer, hash_password(PASSWORD))
    addresses = [web(program), web(program)]
    # What succeeds is taken back: afterwards there is room for as many failures as before.
    assert attempts(addresses, PASSWORD, ALLOWED) == {302: ALLOWED}
    assert attempts(addresses, "a wrong guess", PARALLEL) == {422: ALLOWED, 429: PARALLEL - ALLOWED}
    assert attempts(addresses, PASSWORD, 1) == {429: 1}
