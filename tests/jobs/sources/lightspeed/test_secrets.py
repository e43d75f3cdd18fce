"""A planted login appears in nothing that leaves the client."""

import base64
import io
import logging
import sys
import traceback
from collections.abc import Callable, Iterator

import pytest
import structlog

from jobs.sources.lightspeed import LightspeedClient, RateBudget
from jobs.sources.lightspeed.errors import LightspeedError
from jobs.sources.source import Credentials
from sandbox.simulator import SimulatedDealer, Simulator, part
from tests.jobs.sources.lightspeed.conftest import CMF, HERE, QUICK
from tests.jobs.sources.lightspeed.pulling import part_pages
from tests.jobs.sources.lightspeed.wire import Wire, hang_up_after, nothing, ok, reset, say

USER, PASSWORD = "marker-user-7f3a", "marker-password-9c1e"
LOGIN = Credentials(USER, PASSWORD)
ENCODED = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
MARKS = (USER, PASSWORD, ENCODED, ENCODED[4:-6])


def refuse_marks(text: str) -> None:
    for mark in MARKS:
        assert mark not in text


def everything_of(error: BaseException) -> Iterator[str]:
    """What a log, a crash report or a debugger shows of an error, and of the errors behind it."""
    yield from (str(error), repr(error), repr(error.args), repr(vars(error)))
    yield "".join(traceback.format_exception(error))
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if "/jobs/" in frame.f_code.co_filename:
            yield from (repr(value) for value in frame.f_locals.values())
    for behind in (error.__cause__, error.__context__):
        if behind is not None:
            yield from everything_of(behind)


def echo(text: bytes) -> bytes:
    """An error whose text repeats the login, as careless services do."""
    body = text + f" Login {USER}:{PASSWORD} failed. Authorization: Basic {ENCODED}".encode()
    return b"HTTP/1.1 500 X\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def status(code: int) -> bytes:
    return f"HTTP/1.1 {code} X\r\nContent-Length: 0\r\n\r\n".encode()


ACTS = {
    "401": say(status(401)),
    "403": say(status(403)),
    "404": say(status(404)),
    "429": say(status(429)),
    "302": say(b"HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"),
    "500 that repeats the login": say(echo(b"boom")),
    "no answer": nothing,
    "reset": reset,
    "hang-up": hang_up_after(b""),
    "cut": hang_up_after(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n["),
    "nonsense": say(b"nonsense\r\n\r\n"),
    "bad header": say(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 70_000 + b"\r\n\r\n"),
    "empty": say(ok(b"")),
    "html": say(ok(b"<html></html>")),
    "message": say(ok(b'"denied"')),
    "truncated": say(ok(b'[{"PartNumber": ')),
    "not parts": say(ok(b'["x"]')),
    "other dealer": say(ok(b'[{"Cmf": "1", "PartNumber": "A"}]')),
}


def ask_for_pages(lightspeed: LightspeedClient) -> None:
    list(part_pages(lightspeed, CMF, "SupplierCode eq 'TR'", page_size=1, most_rows=3))


def check(lightspeed: LightspeedClient) -> None:
    lightspeed.check(CMF)


@pytest.fixture
def all_logs(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """Everything that is logged, by structlog and by any library at any level."""
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as entries:
        yield lambda: repr(entries) + caplog.text


def failure(url: str, ask: Callable[[LightspeedClient], None]) -> LightspeedError | None:
    lightspeed = LightspeedClient(
        url, LOGIN, RateBudget.in_process(None), timeout=(0.3, 0.3), retry=QUICK, allowed_hosts=HERE
    )
    refuse_marks(repr(lightspeed) + repr(vars(lightspeed)))
    try:
        ask(lightspeed)
    except LightspeedError as error:
        return error
    return None


@pytest.mark.parametrize("ask", [ask_for_pages, check])
@pytest.mark.parametrize("act", ACTS)
def test_no_error_shows_the_login(all_logs, act, ask):
    with Wire(ACTS[act]) as wire:
        error = failure(wire.url, ask)
        assert any(ENCODED.encode() in request for request in wire.requests)  # it was sent

    assert error is not None
    for text in everything_of(error):
        refuse_marks(text)
    assert "lightspeed.request_failed" in all_logs()
    refuse_marks(all_logs())


@pytest.mark.parametrize("url", ["http://no-such-host.invalid/lsapi", "http://127.0.0.1:9/lsapi"])
def test_no_failed_connection_shows_the_login(all_logs, url):
    error = failure(url, check)

    assert error is not None
    for text in everything_of(error):
        refuse_marks(text)
    refuse_marks(all_logs())


def test_no_error_references_the_request():
    """Its headers hold the login, whatever its repr shows."""
    with Wire(reset) as wire:
        error = failure(wire.url, check)

    assert error is not None
    assert (error.__cause__, error.__context__) == (None, None)


def test_a_success_does_not_show_the_login(all_logs):
    with Simulator([SimulatedDealer(CMF, USER, PASSWORD, parts=[part("TR", "A")])]) as simulator:
        assert failure(simulator.url, check) is None
        assert failure(simulator.url, ask_for_pages) is None

    assert "lightspeed.requested" in all_logs()
    refuse_marks(all_logs())


def test_a_stray_traceback_of_a_thread_does_not_show_the_login(monkeypatch):
    """A defect inside the exchange reaches the caller as it is: even that must not carry the login."""
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stderr", shown)
    with Wire(say(ok(b"[]"))) as wire:
        lightspeed = LightspeedClient(
            wire.url, LOGIN, RateBudget.in_process(None), retry=QUICK, allowed_hosts=HERE
        )
        with pytest.raises(ZeroDivisionError) as caught:
            lightspeed._sender._attempt(_Defect(), lambda: None)  # type: ignore[arg-type]

    for text in everything_of(caught.value):
        refuse_marks(text)
    refuse_marks(shown.getvalue())


class _Defect:
    cmf, query = CMF, ()

    def read(self, body: bytes) -> None:
        raise ZeroDivisionError
