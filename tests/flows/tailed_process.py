"""The worker, or the web application, with a record of each fork: for tests/flows/test_forks.py.

`python -m tests.flows.tailed_process` is `python -m jobs.worker`; `tests.flows.tailed_process:app` is
`wsgi:app`. Each fork, and each module that a fork imports by itself, is a JSON line in `FORKS_FILE`.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import psutil

_first = os.getpid()
_before: dict[str, Any] = {}


def _note(**fields: Any) -> None:
    line = json.dumps({"pid": os.getpid(), "parent": os.getppid(), **fields})
    with Path(os.environ["FORKS_FILE"]).open("a") as file:
        file.write(line + "\n")


def _look_before() -> None:
    this = psutil.Process()
    _before["threads"] = threading.active_count()
    _before["connections"] = len(this.net_connections(kind="all"))
    _before["files"] = [one.path for one in this.open_files() if "sqlite" in one.path]


def _look_after() -> None:
    _note(forked=dict(_before), modules=sorted(sys.modules), frozen=gc.get_freeze_count())


def _imported(name: str, arguments: tuple[Any, ...]) -> None:
    if name == "import" and os.getpid() != _first and arguments[0] not in sys.modules:
        _note(imported=arguments[0])


def watch() -> None:
    os.register_at_fork(before=_look_before, after_in_child=_look_after)
    sys.addaudithook(_imported)


def __getattr__(name: str) -> Any:
    if name != "app":
        raise AttributeError(name)
    watch()
    import wsgi

    return wsgi.app


if __name__ == "__main__":
    watch()
    from jobs import worker

    sys.exit(worker.main(sys.argv[1:]))
