"""Server as a child process: in a session of its own, logged to a file, ended with its parent."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.servers.os_user import OsUser

# Variables of our environment that a server needs; the rest may hold keys and database URLs.
_HANDED_ON = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")

# Waits on a pipe whose other end only the parent holds. A line means "the server has ended"; end of file
# means that the parent has ended, by any signal, and that the server must end too.
_WATCH = """
read -r released && exit
kill -s "$2" "$1"
for second in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$1" || exit; sleep 1; done
kill -s KILL "$1"
"""


def bare_environment() -> dict[str, str]:
    """Return the environment for a server: paths and a plain locale, without this program's settings."""
    # Without LC_ALL, PostgreSQL on macOS starts threads while it reads the locale and then refuses to run.
    return {name: os.environ[name] for name in _HANDED_ON if name in os.environ} | {"LC_ALL": "C"}


class ServerProcess:
    """A running server.

    It does not outlive this program, even after SIGKILL: then it gets `quit_signal`, and SIGKILL ten seconds
    later. Forks of this program hold the watchdog's pipe too, so the server ends once the forks have ended as
    well.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        folder: Path,
        log: Path,
        quit_signal: signal.Signals = signal.SIGTERM,
        account: OsUser | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._quit_signal = quit_signal
        with log.open("ab") as output:
            # In its own session: Ctrl-C then reaches only this program, which ends its servers in order.
            self._server = subprocess.Popen(
                command,
                cwd=folder,
                env=bare_environment() if environment is None else environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **(account.for_popen() if account else {}),
            )
        self._watch = subprocess.Popen(
            ["/bin/sh", "-c", _WATCH, "watch", str(self.pid), quit_signal.name.removeprefix("SIG")],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._server.pid

    def is_running(self) -> bool:
        return self._server.poll() is None

    def end(self, timeout: float = 10) -> None:
        """Ask the server to end and wait; after `timeout` seconds kill it."""
        self._server.send_signal(self._quit_signal)
        try:
            self._server.wait(timeout)
        except subprocess.TimeoutExpired:
            self._server.kill()
        self._bury()

    def kill(self, by: signal.Signals = signal.SIGKILL) -> None:
        """End the server without a chance to finish anything."""
        self._server.send_signal(by)
        self._bury()

    def _bury(self) -> None:
        self._server.wait()
        self._watch.communicate(b"released\n")
