"""A process that has imported everything, and forks the workers: imports take most of the time of a start.

`python -m tests.chaos.fork_server` reads requests, one JSON object a line, and answers each with the id of a
new process. It ends with its input.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from tests.chaos import instrumented_worker  # noqa: F401 - imported here, so that no worker has to
from webapp.settings.config import ROOT


class ForkServer:
    """The process, whose workers have its environment and write to its log."""

    def __init__(self, variables: Mapping[str, str], log: Path) -> None:
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__],
                cwd=ROOT,
                env=dict(variables),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                start_new_session=True,
            )
        self.pid = self._process.pid

    def start(self, module: str, arguments: Sequence[str], variables: Mapping[str, str]) -> psutil.Process:
        """Start the module's `main` in a process of its own, with more variables."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"module": module, "arguments": list(arguments), "variables": dict(variables)}
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        return psutil.Process(int(self._process.stdout.readline()))

    def end(self) -> None:
        """End the process; its workers stay."""
        self._process.communicate()


def main() -> None:
    """Fork a worker for each request."""
    # A worker that ends leaves no zombie.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            sys.exit(_work(**json.loads(line)))
        print(pid, flush=True)


def _work(module: str, arguments: list[str], variables: dict[str, str]) -> int:
    """Become a process as the command line starts one."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    os.environ.update(variables)
    status: int = importlib.import_module(module).main(arguments)
    return status


if __name__ == "__main__":
    main()
