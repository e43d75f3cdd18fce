"""Logging: one event per line on stderr, as JSON unless stderr is a terminal, with known secrets removed.

`LOG_FORMAT` (`json` or `pretty`) overrides the choice. Standard output is reserved for a command's result.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from webapp.core.error_reports import report_event
from webapp.core.redaction import redacted
from webapp.core.request_log import add_person

# Servers that log with their own handlers, and the settings that reveal it.
OTHERS = ("gunicorn.error", "gunicorn.access", "rq.worker", "rq.job")


def configure_logs() -> None:
    """Send structlog's and the standard library's logs to stderr in one format; idempotent."""
    structlog.configure(
        processors=[*_SHARED, report_event, *_rendering()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_StderrLogger,
    )
    _take_over_standard_library()


def _rendering() -> list[Any]:
    wanted = os.environ.get("LOG_FORMAT", "").strip()
    if wanted == "pretty" or (not wanted and sys.stderr.isatty()):
        console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        return [_redact, console]
    # Tracebacks without local variables: those may hold passwords.
    transformer = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [
        structlog.processors.ExceptionRenderer(transformer),
        _redact,
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
    ]


def _redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {name: value if name == "exc_info" else redacted(value, name) for name, value in event.items()}


def _name_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Name a library's log record after the library: `gunicorn.logged`, with its text as `message`."""
    library = str(event.get("logger", "root")).partition(".")[0]
    return {**event, "event": f"{library}.logged", "message": event.get("event")}


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    add_person,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def _take_over_standard_library() -> None:
    handler = _StderrHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_SHARED, structlog.stdlib.add_logger_name, _name_event],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering()],
        )
    )
    root = logging.getLogger()
    root.handlers = [one for one in root.handlers if not isinstance(one, _StderrHandler)] + [handler]
    for name in OTHERS:
        other = logging.getLogger(name)
        other.handlers.clear()
        other.propagate = True


class _StderrHandler(logging.Handler):
    """Standard library equivalent of `_StderrLogger`."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(self.format(record) + "\n")
        sys.stderr.flush()


class _StderrLogger:
    """Writes to the current `sys.stderr`: tests and command runners replace it."""

    def __init__(self, *_names: Any) -> None:
        pass

    def msg(self, message: str) -> None:
        sys.stderr.write(message + "\n")
        sys.stderr.flush()

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg
