"""Base of the servers: a port on loopback, start with a wait for readiness, stop, restart and kill."""

import signal
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar, Self

from sandbox.servers.ports import free_port, is_free, owner_hint
from sandbox.servers.process import ServerProcess

_START_TIMEOUT = 30.0
_LOOK_EVERY = 0.02
_LOG_LINES = 15
_PORT_ATTEMPTS = 3


class ServerNotStarted(RuntimeError):
    """The server did not start; the message gives the reason and ends with the server's own output."""


class LoopbackServer(ABC):
    """A server for this machine only, with all its files in `folder`.

    With port 0 it takes a free one at its first start and keeps it later, so that clients can reconnect.
    """

    title: ClassVar[str]
    quit_signal: ClassVar[signal.Signals] = signal.SIGTERM
    kill_signal: ClassVar[signal.Signals] = signal.SIGKILL

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder.absolute()
        self.port = port
        self._child: ServerProcess | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def log(self) -> Path:
        """Return the server's log file."""
        return self.folder / f"{self.title.lower()}.log"

    @property
    def pid(self) -> int:
        """Return the server's process id; raise `ServerNotStarted` while there is none."""
        if self._child is None:
            raise ServerNotStarted(f"{self.title} is not running.")
        return self._child.pid

    def start(self) -> None:
        """Start the server and wait until it is ready; does nothing while it runs.

        Raise `ServerNotStarted` if its port is taken, nothing is installed, or it ends or is silent for 30 s.
        """
        if self._child is not None:
            return
        if self.port and not is_free(self.port):
            raise ServerNotStarted(f"{self.title} did not start. {owner_hint(self.port)}")
        self.folder.mkdir(parents=True, exist_ok=True)
        self._prepare()
        if self.port:
            self._start()
        else:
            self._start_on_a_free_port()

    def stop(self) -> None:
        """Shut the server down in order; does nothing if it has ended."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def restart(self) -> None:
        """Stop and start on the same port and the same files; also works after `kill`."""
        self.stop()
        self.start()

    def kill(self) -> None:
        """End the server at once, as a crash would."""
        child, self._child = self._child, None
        if child is not None:
            child.kill(self.kill_signal)

    @abstractmethod
    def _prepare(self) -> None:
        """Find the server's program and prepare its folder; raise `ServerNotStarted` if there is none."""

    @abstractmethod
    def _spawn(self) -> ServerProcess:
        """Start the program on `self.port`."""

    @abstractmethod
    def _answers(self) -> bool:
        """Return whether this very server, not another one on its port, responds."""

    def _start_on_a_free_port(self) -> None:
        for attempts_left in reversed(range(_PORT_ATTEMPTS)):
            self.port = free_port()
            try:
                return self._start()
            except ServerNotStarted:
                # Only a port taken by another program in between is a reason to try another one.
                if is_free(self.port) or not attempts_left:
                    self.port = 0
                    raise

    def _start(self) -> None:
        try:
            self._child = self._spawn()
        except OSError as failure:
            raise ServerNotStarted(f"{self.title} did not start: {failure}") from failure
        try:
            self._wait_until_it_answers(self._child)
        except BaseException:
            self.kill()
            raise

    def _wait_until_it_answers(self, child: ServerProcess) -> None:
        give_up = time.monotonic() + _START_TIMEOUT
        while not self._answers():
            if not child.is_running():
                raise ServerNotStarted(f"{self.title} ended while it started.{self._last_words()}")
            if time.monotonic() > give_up:
                raise ServerNotStarted(f"{self.title} did not answer for 30 s.{self._last_words()}")
            time.sleep(_LOOK_EVERY)

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
        return "\n".join([f" The end of {self.log}:", *lines])
