"""Jobs, queues, workers and schedulers are the confined classes only, and the tasks are a closed list."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from rq.serializers import DefaultSerializer

from jobs import tasks
from webapp.core.task_jobs import TaskJob
from webapp.core.task_names import Task
from webapp.settings.config import ROOT

FOLDERS = ("webapp", "jobs", "sandbox", "benchmarks")
# Of RQ's modules these hold nothing that reads or makes a job.
HARMLESS = {"rq.exceptions", "rq.timeouts", "rq.utils"}
# Where RQ's classes are confined; everybody else uses what these define.
CONFINED = {
    "webapp/core/task_jobs.py": {"Job", "JobStatus", "DefaultSerializer"},
    "webapp/core/task_queue.py": {"Queue"},
    "jobs/processes/task_worker.py": {"Job", "Queue", "Worker"},
    "jobs/processes/task_scheduler.py": {"Job", "Scheduler"},
    # Names in annotations, a status, and a failure that is written down.
    "jobs/worker.py": {"Job", "Queue"},
    "webapp/operations/background_jobs/failures.py": {"Job"},
    "jobs/processes/queue_upkeep.py": {"Queue", "JobStatus", "record_job_failure"},
}
MADE = {"Job", "Queue", "Worker", "Scheduler"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for folder in FOLDERS:
        for path in Path(ROOT, folder).rglob("*.py"):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def taken_from_rq(module: ast.Module) -> set[str]:
    """What a module imports of RQ and rq-scheduler; a whole module counts as `*`."""
    found: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("rq", "rq_scheduler"):
            found |= set() if node.module in HARMLESS else {alias.name for alias in node.names}
        if isinstance(node, ast.Import):
            found |= {"*" for alias in node.names if alias.name.split(".")[0] in ("rq", "rq_scheduler")}
    return found


def made_or_fetched(module: ast.Module) -> set[str]:
    """RQ's own classes that a module calls, or calls something of, such as `Job.fetch`."""
    calls = [node.func for node in ast.walk(module) if isinstance(node, ast.Call)]
    names = {call.id for call in calls if isinstance(call, ast.Name)}
    owners = {
        call.value.id
        for call in calls
        if isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name)
    }
    return (names | owners) & MADE


def test_rq_is_imported_only_where_it_is_confined() -> None:
    found = {name: taken for name, module in sources() if (taken := taken_from_rq(module))}
    assert found == CONFINED


def test_no_rq_object_is_created_outside_the_confined_classes() -> None:
    found = {name: made for name, module in sources() if (made := made_or_fetched(module))}
    assert found == {}


def test_every_task_is_a_function_of_jobs_tasks_and_each_of_those_is_one() -> None:
    own = inspect.getmembers(
        tasks, lambda each: inspect.isfunction(each) and each.__module__ == tasks.__name__
    )
    assert {f"jobs.tasks.{name}" for name, _ in own if not name.startswith("_")} == set(Task)


def test_pickle_is_disabled_for_what_rq_creates_itself() -> None:
    for act in (DefaultSerializer.loads, DefaultSerializer.dumps):
        with pytest.raises(ValueError, match="pickle"):
            act(b"")


@pytest.mark.parametrize(
    ("task", "options"),
    [
        ("os.system", {"args": [1]}),
        ("jobs.tasks._wake_index", {}),
        (Task.TICK, {"on_success": "jobs.tasks.tick"}),
        (Task.TICK, {"on_failure": "jobs.tasks.tick"}),
        (Task.TICK, {"kwargs": {"run_id": 1}}),
        (Task.TICK, {"depends_on": "other"}),
        (Task.TICK, {"webhooks": ["https://example.com"]}),
    ],
)
def test_no_other_job_can_be_created(task: str, options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        TaskJob.create(task, connection=object(), **options)
