"""Marks the tests that `bin/test --fast` leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# They start browsers, processes of the program or other servers, or try many examples.
SLOW_FOLDERS = ("benchmarks", "browser", "chaos", "flows", "fuzz", "migrations", "simulation")
# Starting the server and creating its template takes as long as a hundred tests on SQLite.
SLOW_FIXTURES = frozenset({"postgres_server", "postgres_template", "postgres_databases"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _is_slow(item):
            item.add_marker(pytest.mark.slow)


def _is_slow(item: pytest.Item) -> bool:
    folder = item.path.relative_to(TESTS).parts[0]
    return folder in SLOW_FOLDERS or _uses_postgresql(item)


def _uses_postgresql(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function):
        return False
    callspec = getattr(item, "callspec", None)
    values = callspec.params.values() if callspec else ()
    return "postgresql" in values or not SLOW_FIXTURES.isdisjoint(item.fixturenames)
