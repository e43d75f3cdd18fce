"""A host: its own working copy, home and temporary folder, and the program's processes in them."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psutil
from rq.worker import Worker

from benchmarks.hosts.rooms import Corner, Room
from sandbox.servers.ports import free_port
from sandbox.servers.process import ServerProcess
from webapp.settings.config import ROOT

PATIENCE = 60.0


class Host:
    """Starts the program's processes inside a room (or a corner), and ends them."""

    def __init__(self, name: str, folder: Path, room: Room | Corner, variables: Mapping[str, str]) -> None:
        self.name, self._folder, self._room = name, folder, room
        self._variables = {**variables, **room.variables()}
        self._children: dict[str, ServerProcess] = {}
        # On loopback, where there are no rooms, both are on one network.
        self._web_port = free_port()

    def start(self, name: str, *module: str) -> None:
        """Start `python -m module…`."""
        command = self._room.command(self._room.python, "-m", *module)
        self._children[name] = ServerProcess(
            command, self._folder, self.log(name), environment=self._variables
        )

    def start_web(self) -> None:
        """Start the web process as the Procfile does, and wait until it answers."""
        bind = f"{self._room.address}:{self._web_port}"
        self.start("web", "gunicorn", "--bind", bind, "wsgi:app")
        self.wait_for("web", "Booting worker")

    @property
    def url(self) -> str:
        """Where its pages are."""
        return f"http://{self._room.address}:{self._web_port}"

    def flask(self, *arguments: str, answer: str = "") -> str:
        """Run a command of the program to its end; what it printed. Raises SystemExit with its complaint."""
        command = self._room.command(self._room.python, "-m", "flask", "--app", "wsgi", *arguments)
        done = subprocess.run(
            command, env=self._variables, input=answer, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{self.name}: flask {' '.join(arguments)} failed:\n{done.stderr.strip()}")
        return done.stdout.strip()

    def log(self, name: str) -> Path:
        """Where a process writes."""
        return self._folder / f"{name}.log"

    def said(self, name: str, words: str) -> int:
        """How many lines of a process's log hold these words."""
        return sum(words in line for line in self.log(name).read_text(errors="replace").splitlines())

    def wait_for(self, name: str, words: str) -> None:
        """Wait until a process has written these words."""
        deadline = time.monotonic() + PATIENCE
        while not self.said(name, words):
            if time.monotonic() > deadline or not self._children[name].is_running():
                end = self.log(name).read_text(errors="replace")[-2000:]
                raise SystemExit(f"{self.name}: {name} did not start:\n{end}")
            time.sleep(0.1)

    def has(self, worker: Worker) -> bool:
        """Whether a worker that Redis knows of is one of this host's."""
        own = (one.pid for child in self._children.values() for one in _below(child))
        return self._room.has(worker, own)

    def kill(self, name: str) -> None:
        """End a process and all its children as a crash does."""
        child = self._children.pop(name)
        for one in _below(child):
            with suppress(psutil.NoSuchProcess):
                one.kill()
        child.kill()

    def end(self) -> None:
        """End everything on the host."""
        for name in list(self._children):
            self.kill(name)
        self._room.end()


def _below(child: ServerProcess) -> list[psutil.Process]:
    return psutil.Process(child.pid).children(recursive=True)


def furnish(folder: Path) -> Path:
    """Make a host's folder, with a working copy of what is committed here."""
    folder.mkdir()
    (folder / "home").mkdir()
    clone = ["git", "clone", "--quiet", "--depth=1", ROOT.as_uri(), str(folder / "work")]
    subprocess.run(clone, check=True)
    return folder
