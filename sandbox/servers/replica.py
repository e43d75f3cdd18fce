"""Streaming replica of a local PostgreSQL, for read queries."""

import subprocess
from pathlib import Path
from typing import ClassVar

import psycopg

from sandbox.servers.loopback import ServerNotStarted
from sandbox.servers.os_user import OsUser
from sandbox.servers.ports import LOOPBACK
from sandbox.servers.postgres import PostgresServer
from sandbox.servers.process import bare_environment


class PostgresReplica(PostgresServer):
    """A hot standby of a server on this machine: it serves reads, and refuses writes.

    `pause` stops the replay of received changes, which simulates replication lag.
    """

    title: ClassVar[str] = "PostgreSQL replica"

    def __init__(self, folder: Path, of: PostgresServer, port: int = 0) -> None:
        super().__init__(folder, port)
        self._of = of

    def pause(self) -> None:
        """Stop the replay."""
        self._execute("SELECT pg_wal_replay_pause()")

    def resume(self) -> None:
        """Resume the replay."""
        self._execute("SELECT pg_wal_replay_resume()")

    def catch_up(self) -> None:
        """Wait until all previous commits are replayed."""
        with psycopg.connect(self._of.url, autocommit=True) as primary:
            reached = primary.execute("SELECT pg_current_wal_insert_lsn()").fetchone()
        with psycopg.connect(self.url, autocommit=True) as connection:
            while connection.execute("SELECT pg_last_wal_replay_lsn() < %s", reached).fetchone() != (False,):
                connection.execute("SELECT pg_sleep(0.01)")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)

    def _lay_out(self, programs: Path, home: Path, account: OsUser | None) -> Path:
        cluster = home / "cluster"
        if not cluster.exists():
            options = ["--write-recovery-conf", "--checkpoint=fast", "--no-sync", "--wal-method=stream"]
            source = ["--host", LOOPBACK, "--port", str(self._of.port), "--username", "postgres"]
            done = subprocess.run(
                [programs / "pg_basebackup", *options, *source, "--pgdata", cluster],
                cwd=home,
                env=bare_environment(),
                capture_output=True,
                text=True,
                **(account.for_popen() if account else {}),
            )
            if done.returncode:
                raise ServerNotStarted(f"{self.title} could not copy its primary:\n{done.stderr.strip()}")
        return cluster
