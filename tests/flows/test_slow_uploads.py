"""While an upload arrives byte by byte, other users can save: no transaction is open."""

from __future__ import annotations

import socket
import time

import requests
from flask_security import hash_password

from sandbox.servers.ports import LOOPBACK
from tests.factories import make_user
from tests.flows.conftest import Program, wait_until
from tests.flows.test_concurrent_queueing import EMAIL, PASSWORD, token, web
from tests.sync_harness import SyncHarness
from webapp.extensions import db
from webapp.models import Configuration

FRAME = "frame"
# Seconds, less than a writer waits for SQLite's lock: with the lock held a save would take longer, and fail.
QUICK = 20


def body(csrf: str, size: int) -> bytes:
    part = f'--{FRAME}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{csrf}\r\n'
    file = f'--{FRAME}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    return f"{part}{file}{'x' * size}\r\n--{FRAME}--\r\n".encode()


def test_others_save_while_an_upload_is_under_way(harness: SyncHarness, program: Program) -> None:
    dealer_id = harness.dealer.id
    make_user(EMAIL, harness.dealer, hash_password(PASSWORD))
    address = web(program)
    browser = requests.Session()
    login = {"email": EMAIL, "password": PASSWORD, **token(browser.get(f"{address}/login", timeout=60))}
    assert browser.post(f"{address}/login", data=login, timeout=60).ok
    here = f"{address}/dealers/{dealer_id}/lightspeed"
    form = token(browser.get(here, timeout=60))
    sent = body(form["csrf_token"], 200_000)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    head = (
        f"POST /dealers/{dealer_id}/supplier-codes/import/preview HTTP/1.1\r\nHost: {LOOPBACK}\r\n"
        f"Cookie: {cookies}\r\nContent-Type: multipart/form-data; boundary={FRAME}\r\n"
        f"Content-Length: {len(sent)}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((LOOPBACK, int(address.rsplit(":", 1)[1])), 60) as upload:
        upload.sendall(head.encode() + sent[:1000])
        for each in range(1000, 1005):
            time.sleep(0.5)
            upload.sendall(sent[each : each + 1])
        for column in ("available", "on_hand"):
            settings = {**form, "quantity_column": column}
            saved = browser.post(f"{here}/settings", data=settings, timeout=QUICK, allow_redirects=False)
            assert saved.status_code == 303
            wait_until(lambda wanted=column: column_of(dealer_id) == wanted, "the save", program)
        upload.sendall(sent[1005:])
        answer = b""
        while piece := upload.recv(65536):
            answer += piece
    # The upload is not a list, which is detected once it has arrived completely.
    assert answer.startswith(b"HTTP/1.1 422"), answer[:500]


def column_of(dealer_id: int) -> str | None:
    return db.session.scalar(
        db.select(Configuration.quantity_column).where(Configuration.dealer_id == dealer_id)
    )
