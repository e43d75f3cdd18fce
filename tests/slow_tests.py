"""Marks the tests that `bin/test --fast` leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# They start browsers, processes of the program or other servers, or try many examples.
SLOW_FOLDERS = ("benchmarks", "browser", "chaos", "flows", "fuzz", "migrations", "simulation")
# The first case of each of their tests is quick. The others, each a sync or two, took a third of the time.
FIRST_CASES_ONLY = frozenset(
    f"jobs/sync/test_{name}.py"
    for name in (
        "matching",
        "moved_parts",
        "other_dealers",
        "pricing",
        "run_states",
        "short_pages",
        "unknown_rows",
    )
)
# Starting the server and creating its template takes as long as a hundred tests on SQLite.
SLOW_FIXTURES = frozenset({"postgres_server", "postgres_template", "postgres_databases"})


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    tried: set[str] = set()
    for item in items:
        if _is_slow(item) or _is_another_case(item, tried):
            item.add_marker(pytest.mark.slow)


def _is_slow(item: pytest.Item) -> bool:
    folder = item.path.relative_to(TESTS).parts[0]
    return folder in SLOW_FOLDERS or _uses_postgresql(item)


def _is_another_case(item: pytest.Item, tried: set[str]) -> bool:
    """Whether it repeats, with other parameters, one of the tests `tried`, to which it is added."""
    if item.path.relative_to(TESTS).as_posix() not in FIRST_CASES_ONLY:
        return False
    name = item.nodeid.partition("[")[0]
    is_another = name in tried
    tried.add(name)
    return is_another


def _uses_postgresql(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function):
        return False
    callspec = getattr(item, "callspec", None)
    values = callspec.params.values() if callspec else ()
    return "postgresql" in values or not SLOW_FIXTURES.isdisjoint(item.fixturenames)
