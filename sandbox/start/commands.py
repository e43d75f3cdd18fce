"""The program's own commands, run as a user would."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox.servers.fork_server import ForkServer
from webapp.settings.config import ROOT

# What a command imports before it does anything.
_IMPORTED = ("flask.cli", "jobs.cli", "webapp.application")


@dataclass(frozen=True)
class Commands:
    """Runs commands; raises SystemExit with the output of a failing one.

    With a server they are forks of it, and import nothing again. Forks write to files, so a command that
    writes otherwise to a pipe, as `sync report` does, is not run by them.
    """

    environment: Mapping[str, str]
    server: ForkServer | None = None

    def run(self, *arguments: str | Path, answer: str = "") -> str:
        """Return the standard output of a command that is given `answer` on its standard input."""
        words = ["--app", "wsgi", *map(str, arguments)]
        run = self._run if self.server is None else self._fork
        done = run(words, answer)
        if done.returncode:
            raise SystemExit(f"flask {' '.join(map(str, arguments))} failed:\n{done.stderr.strip()}")
        return done.stdout.strip()

    def _run(self, words: Sequence[str], answer: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "flask", *words],
            cwd=ROOT,
            env=dict(self.environment),
            input=answer,
            capture_output=True,
            text=True,
            check=False,
        )

    def _fork(self, words: Sequence[str], answer: str) -> subprocess.CompletedProcess[str]:
        assert self.server is not None
        # Only this user can read the folder, as an answer may be a password.
        with tempfile.TemporaryDirectory(prefix="command-") as folder:
            given, output, errors = (Path(folder, name) for name in ("input", "output", "errors"))
            given.write_text(answer)
            process = self.server.start(
                "flask.__main__", words, self.environment, output, input=given, errors=errors
            )
            try:
                status = process.wait()
            except BaseException:
                process.kill()
                raise
            return subprocess.CompletedProcess(words, status, output.read_text(), errors.read_text())


@contextmanager
def forking_commands(environment: Mapping[str, str], log: Path) -> Iterator[Commands]:
    """Yield commands that share one import of the program until the block ends."""
    server = ForkServer(_IMPORTED, {"PATH": os.environ["PATH"]}, log)
    try:
        yield Commands(environment, server)
    finally:
        server.end()
