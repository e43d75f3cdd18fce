"""A process that has imported the program, and forks its processes: most of a start is imports.

`python -m sandbox.servers.fork_server MODULE…` imports the modules, then reads requests, one JSON object a
line, and answers each with a number: the id of a new process, or the exit status of one. It ends with its
input.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from webapp.settings.config import ROOT

NOTHING = Path(os.devnull)


class ForkServer:
    """The server, and what asks it."""

    def __init__(self, modules: Sequence[str], variables: Mapping[str, str], log: Path) -> None:
        """Import the modules in a process with this environment. What goes wrong there is in the log."""
        with log.open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, *modules],
                cwd=ROOT,
                env=dict(variables),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                start_new_session=True,
            )
        self.pid = self._process.pid

    def start(
        self,
        module: str,
        arguments: Sequence[str],
        variables: Mapping[str, str],
        log: Path,
        *,
        input: Path = NOTHING,
        errors: Path | None = None,
    ) -> ForkedProcess:
        """Start `python -m MODULE ARGUMENT…` with exactly these variables, in a process group of its own.

        Its output is added to `log`, that of errors to another file if one is named.
        """
        command = [module, *arguments]
        files = [str(input), str(log), str(errors or log)]
        pid = self.ask({"command": command, "variables": dict(variables), "files": files})
        assert pid is not None
        return ForkedProcess(self, pid, command)

    def ask(self, request: Mapping[str, Any]) -> int | None:
        """The answer to a request."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        answer: int | None = json.loads(self._process.stdout.readline())
        return answer

    def end(self) -> None:
        """End the server; its processes stay."""
        self._process.communicate()


class ForkedProcess:
    """A process of the server, used like a `subprocess.Popen`: a zombie until its status is asked for."""

    def __init__(self, server: ForkServer, pid: int, args: list[str]) -> None:
        self.pid, self.args = pid, args
        self.returncode: int | None = None
        self._server = server

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._server.ask({"ended": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit status. Raises TimeoutExpired after so many seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (status := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(self.args, timeout or 0)
            time.sleep(0.01)
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def main(modules: Sequence[str]) -> None:
    """Answer requests. Imported modules are shared with the processes, and not part of their garbage."""
    for module in modules:
        importlib.import_module(module)
    gc.freeze()
    for line in sys.stdin:
        request = json.loads(line)
        if "ended" in request:
            answer = _status(request["ended"])
        elif not (answer := _fork()):
            _run(**request)
            return
        print(json.dumps(answer), flush=True)


def _status(pid: int) -> int | None:
    """The exit status of a process, negative for a signal; None while it runs."""
    ended, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if ended else None


def _fork() -> int:
    """Fork, and return in the parent once the child leads a group, which can be killed from then on."""
    awaited, held = os.pipe()
    pid = os.fork()
    if not pid:
        os.setsid()
    os.close(held)
    if pid:
        os.read(awaited, 1)
    os.close(awaited)
    return pid


def _run(command: list[str], variables: Mapping[str, str], files: list[str]) -> None:
    """Become the process that the command line would start."""
    for number, (name, mode) in enumerate(zip(files, ("rb", "ab", "ab"), strict=True)):
        with Path(name).open(mode) as file:
            os.dup2(file.fileno(), number)
    os.environ.clear()
    os.environ.update(variables)
    module, *arguments = command
    sys.argv[1:] = arguments
    # As with `python -m`, the module itself is not imported but executed.
    sys.modules.pop(module, None)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(sys.argv[1:])
