"""Keeps a set of child processes running: one that dies is started again, and all leave when told to."""

from __future__ import annotations

import subprocess  # nosec B404 - starts our own modules
import time
from collections.abc import Sequence

import structlog

from jobs import stopping

log = structlog.get_logger(__name__)

# Seconds. A child that dies at every start must not keep a core busy.
RESTART_PAUSE = 1.0
LOOK_EVERY = 0.2
# A platform ends what is left after some 10 s (Heroku: 30 s); ours are gone before.
LEAVE_WITHIN = 9.0


class Processes:
    """The children, each started by its command."""

    def __init__(self, commands: Sequence[Sequence[str]]) -> None:
        self._commands = commands
        self._children: list[subprocess.Popen[bytes]] = []

    def keep(self) -> None:
        """Run until SIGTERM or SIGINT, then pass it on and wait for the children to leave."""
        stopping.on_signals(*stopping.USUAL)
        self._children = [subprocess.Popen(command) for command in self._commands]  # noqa: S603 # nosec B603 - our own
        try:
            while not stopping.requested():
                self._restart_dead()
                time.sleep(LOOK_EVERY)
        finally:
            self._leave()

    def _restart_dead(self) -> None:
        for place, child in enumerate(self._children):
            if child.poll() is not None:
                log.warning("process.died", command=self._commands[place], status=child.returncode)
                time.sleep(RESTART_PAUSE)
                self._children[place] = subprocess.Popen(self._commands[place])  # noqa: S603 # nosec B603 - our own

    def _leave(self) -> None:
        for child in self._children:
            child.terminate()
        deadline = time.monotonic() + LEAVE_WITHIN
        for child in self._children:
            try:
                child.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.error("process.killed", pid=child.pid)
                child.kill()
