"""Runs a command of the program with the settings of `bin/run`; `bin/flask` starts it.

While `bin/run` is running, its settings are in a file that only its user can read, as its keys are.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sandbox.start.env import INSTANCE, KEYS, environment, write_privately
from sandbox.start.ports import DEFAULTS, Ports
from webapp.settings.config import ROOT
from webapp.settings.table import SETTINGS

RUNNING = INSTANCE / "running.json"


@contextmanager
def published_settings(around: Mapping[str, str]) -> Iterator[None]:
    """Make these settings available to other commands until the block ends."""
    settings = {name: around[name] for name in SETTINGS if name in around}
    write_privately(RUNNING, json.dumps({"pid": os.getpid(), "settings": settings}))
    try:
        yield
    finally:
        RUNNING.unlink(missing_ok=True)


def main(arguments: list[str]) -> int:
    """Replace this process by `flask --app wsgi ARGUMENT…`; return 1 with one line on stderr if `bin/run` has
    never run."""
    settings = _running()
    if settings is None:
        if not (INSTANCE / KEYS).exists():
            print("There is no database yet: start bin/run first (in another terminal).", file=sys.stderr)
            return 1
        print("bin/run is not running: jobs that this queues wait until it is.", file=sys.stderr)
        settings = environment(Ports(*DEFAULTS.values()))
    os.chdir(ROOT)
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    os.execve(sys.executable, command, {**os.environ, **settings})


def _running() -> dict[str, str] | None:
    """Return the settings of the running `bin/run`; None without one."""
    try:
        found = json.loads(RUNNING.read_text())
        os.kill(found["pid"], 0)
    except (FileNotFoundError, ProcessLookupError):
        return None
    except PermissionError:
        pass  # It runs as another user.
    settings: dict[str, str] = found["settings"]
    return settings


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
