"""The events that the program logs, as its source names them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from webapp.accounts.security_log import TRIES
from webapp.settings.config import ROOT

LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
# Functions that log the event that they are told.
PASS_ON = {"_warn"}
# What a module logs that looks its event up.
LOOKED_UP = {"webapp/accounts/security_log.py": set(TRIES.values())}


def logged() -> Iterator[tuple[str, str | None]]:
    """Each module with an event that it logs; None where the event is neither a text nor passed on."""
    for folder in ("webapp", "jobs"):
        for path in Path(ROOT, folder).rglob("*.py"):
            name = path.relative_to(ROOT).as_posix()
            for call in ast.walk(ast.parse(path.read_text())):
                if isinstance(call, ast.Call) and _logs(call):
                    for event in _events(call.args[0]):
                        yield name, event


def _logs(call: ast.Call) -> bool:
    function = call.func
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return function.value.id in ("log", "request_log") and function.attr in LEVELS
    return isinstance(function, ast.Name) and function.id in PASS_ON


def _events(argument: ast.expr) -> list[str | None]:
    if isinstance(argument, ast.IfExp):
        return [*_events(argument.body), *_events(argument.orelse)]
    return [str(argument.value) if isinstance(argument, ast.Constant) else None]


def names() -> set[str]:
    """Every event."""
    fixed = {event for _, event in logged() if event is not None}
    return fixed.union(*LOOKED_UP.values())
