"""Dotted names in strings resolve."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

from jobs import schedule
from webapp.settings.config import ROOT


def dotted_tasks() -> set[str]:
    """Every text in the program that names something in jobs.tasks."""
    found: set[str] = set()
    for folder in ("webapp", "jobs", "sandbox"):
        for path in Path(ROOT, folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and str(node.value).startswith("jobs.tasks."):
                    found.add(str(node.value))
    return found


def test_every_task_that_is_queued_by_name_exists() -> None:
    names = dotted_tasks()
    assert {"jobs.tasks.sync_run", "jobs.tasks.check_credentials", "jobs.tasks.drain_index"} <= names
    for name in names:
        module, _, function = name.rpartition(".")
        assert callable(getattr(import_module(module), function)), name


def test_every_periodic_job_is_a_task() -> None:
    assert {str(periodic.task) for periodic in schedule.DECLARED} <= dotted_tasks()


def test_a_task_has_at_most_ten_lines() -> None:
    """At most ten lines, without its docstring."""
    tree = ast.parse(Path(ROOT, "jobs", "tasks.py").read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            lines = (node.end_lineno or 0) - node.body[min(1, len(node.body) - 1)].lineno + 1
            assert lines <= 10, node.name
