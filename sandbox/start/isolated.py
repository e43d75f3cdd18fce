"""Whole program in a folder of its own, on free ports: for browser tests and screenshots."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from sandbox.servers.redis import RedisServer
from sandbox.start import ports
from sandbox.start.commands import Commands
from sandbox.start.program import Program, serve


@dataclass(frozen=True)
class IsolatedProgram:
    """A running program: the URLs of its pages and of the simulator's control API, and its settings."""

    address: str
    control: str
    environment: Mapping[str, str]
    program: Program

    @property
    def commands(self) -> Commands:
        """Return the program's commands, on its own database."""
        return Commands(self.environment)


@contextmanager
def isolated_program(folder: Path, *simulator: str, **settings: str) -> Iterator[IsolatedProgram]:
    """Run web, worker, scheduler, Redis and a simulator with these options; everything is kept in the
    folder."""
    chosen = ports.free_ports()
    around = _environment(folder, chosen) | settings
    redis_folder = folder / "redis"
    redis_folder.mkdir()
    with RedisServer(redis_folder, chosen.redis):
        program = Program(around, folder / "logs")
        running = IsolatedProgram(
            f"http://127.0.0.1:{chosen.web}",
            f"http://127.0.0.1:{chosen.simulator}/_control",
            around,
            program,
        )
        try:
            program.start("simulator", "sandbox.simulator", "--port", str(chosen.simulator), *simulator)
            running.commands.run("db", "upgrade")
            serve(program, f"127.0.0.1:{chosen.web}")
            program.wait_for("simulator", "3PA simulator at")
            yield running
        finally:
            program.end()


def _environment(folder: Path, chosen: ports.Ports) -> dict[str, str]:
    """Return an environment with only PATH of this one: its settings belong to another program."""
    found = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return found | {
        "PYTHONUNBUFFERED": "1",
        "SECRET_KEY": "for one program on one machine",
        "CREDENTIALS_KEYS": Fernet.generate_key().decode(),
        "DATABASE_URL": f"sqlite:///{folder / 'app.sqlite3'}",
        "REDIS_URL": f"redis://127.0.0.1:{chosen.redis}/0",
        "REPORT_STORAGE_URL": (folder / "reports").as_uri(),
        "LIGHTSPEED_API_URL": f"http://127.0.0.1:{chosen.simulator}/lsapi",
        "LIGHTSPEED_REQUESTS_PER_MINUTE": "100000",
        "ALERT_ALLOWED_HOSTS": "127.0.0.1",
    }
