"""PgBouncer in transaction mode on one machine, in front of a local PostgreSQL."""

import shutil
import tempfile
from pathlib import Path
from typing import ClassVar

import psycopg
from sqlalchemy.engine import make_url

from sandbox.servers.loopback import LoopbackServer, ServerNotStarted
from sandbox.servers.os_user import unprivileged_account
from sandbox.servers.ports import LOOPBACK
from sandbox.servers.process import ServerProcess

# Not two: connections are pinged before each transaction, so each would always get the same one.
POOL_SIZE = 3
_PLACES = "/usr/sbin:/usr/local/sbin:/opt/homebrew/bin"


class PgBouncer(LoopbackServer):
    """Assigns each transaction one of three server connections, in turn."""

    title: ClassVar[str] = "PgBouncer"

    def __init__(self, folder: Path, server_url: str, port: int = 0) -> None:
        super().__init__(folder, port)
        self._server = make_url(server_url)
        self._account = unprivileged_account()

    def url(self, database: str) -> str:
        """Return the URL of a database through this pooler."""
        return f"postgresql://postgres@{LOOPBACK}:{self.port}/{database}"

    def _prepare(self) -> None:
        if program() is None:
            raise ServerNotStarted(
                "No pgbouncer is on PATH: bin/_pgbouncer installs one, or says what to do."
            )
        if self._account and not self._account.takes(self.folder):
            raise ServerNotStarted(
                f"PgBouncer refuses to run as root, and `nobody` cannot reach {self.folder}."
            )

    def _spawn(self) -> ServerProcess:
        settings = self.folder / "pgbouncer.ini"
        settings.write_text(f"""
[databases]
* = host={self._server.host} port={self._server.port} user=postgres
[pgbouncer]
listen_addr = {LOOPBACK}
listen_port = {self.port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {POOL_SIZE}
server_round_robin = 1
""")
        return ServerProcess(
            [program() or "pgbouncer", settings], self.folder, self.log, self.quit_signal, self._account
        )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def program() -> str | None:
    """Return the path of the program, even if its folder is only on an administrator's PATH."""
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path=_PLACES)


def folder() -> tempfile.TemporaryDirectory[str]:
    """Return a temporary folder that the account which it runs under can access."""
    return tempfile.TemporaryDirectory(prefix="pgbouncer-", dir="/tmp")
