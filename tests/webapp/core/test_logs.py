"""Every log line is one JSON event, whoever logs it, and contains no secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from webapp.core.logs import OTHERS, configure_logs


@pytest.fixture(autouse=True)
def configured(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    configure_logs()
    yield
    structlog.contextvars.clear_contextvars()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    told = capsys.readouterr()
    assert told.out == ""
    return [json.loads(line) for line in told.err.splitlines()]


def test_bound_fields_are_on_every_line_of_both_kinds(capsys: pytest.CaptureFixture[str]) -> None:
    with structlog.contextvars.bound_contextvars(run=7, dealer=3):
        structlog.get_logger().info("item.applied", code="TR")
        logging.getLogger("rq.worker").warning("job %s is late", "sync-7-1")
    ours, theirs = lines(capsys)
    assert (ours["event"], ours["code"], ours["run"], ours["dealer"]) == ("item.applied", "TR", 7, 3)
    assert (theirs["event"], theirs["logger"], theirs["run"]) == ("rq.logged", "rq.worker", 7)
    assert theirs["message"] == "job sync-7-1 is late"
    assert {ours["level"], theirs["level"]} == {"info", "warning"}
    assert "timestamp" in ours
    assert "timestamp" in theirs


def test_a_secret_is_taken_out_of_both_kinds(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().info("login.used", password="hunter2", deeper={"token": "hunter2"})
    logging.getLogger("redis").warning("redis://:hunter2@cache/0 is away")
    assert "hunter2" not in json.dumps(lines(capsys))


def test_a_traceback_holds_no_local_variables(capsys: pytest.CaptureFixture[str]) -> None:
    password = "hunter" + str(2)
    try:
        raise RuntimeError("for postgresql://app:hunter2@db/x")
    except RuntimeError:
        structlog.get_logger().exception("item.crashed")
        logging.getLogger("flask").exception("Exception on /")
    ours, theirs = lines(capsys)
    for line in (ours, theirs):
        assert "RuntimeError" in json.dumps(line["exception"])
        assert password not in json.dumps(line)


def test_output_to_a_terminal_is_formatted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_FORMAT", "pretty")
    configure_logs()
    structlog.get_logger().info("item.applied", code="TR", password="hunter2")
    told = capsys.readouterr().err
    assert "item.applied" in told
    assert not told.startswith("{")
    assert "hunter2" not in told
    monkeypatch.undo()
    configure_logs()


def test_configuring_again_writes_no_line_twice(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs()
    logging.getLogger("alembic").warning("once")
    assert [line["message"] for line in lines(capsys)] == ["once"]


@pytest.mark.parametrize("name", OTHERS)
def test_loggers_with_their_own_handlers_use_ours(capsys: pytest.CaptureFixture[str], name: str) -> None:
    other = logging.getLogger(name)
    other.addHandler(logging.StreamHandler())
    other.propagate = False
    configure_logs()
    other.error("gone wrong")
    assert [line["message"] for line in lines(capsys)] == ["gone wrong"]
