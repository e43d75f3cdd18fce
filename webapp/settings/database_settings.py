"""How processes connect to the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.engine import make_url

from webapp.settings.env import ConfigurationError
from webapp.settings.table import SETTINGS

# The engine of `DATABASE_REPLICA_URL`, and that of `DATABASE_DIRECT_URL`.
REPLICA: Final = "replica"
DIRECT: Final = "direct"
# Processes that serve pages, and all others (`application_name` tells PostgreSQL which).
WEB, WORKER, SCHEDULER, COMMAND = "web", "worker", "scheduler", "command"
# Connections that a process has at most, by kind. A job uses one, and a second in a thread beside it.
POOL_SIZES: Final = {WEB: 4, WORKER: 2, SCHEDULER: 2, COMMAND: 2}
# Seconds until a server that does not answer is away. Keepalives notice one that vanished during a statement.
TIMEOUTS: Final = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
# A replica that is away must not keep a page waiting: the primary is asked instead.
REPLICA_TIMEOUTS: Final = {**TIMEOUTS, "connect_timeout": 2, "tcp_user_timeout": 5000}
ENGINE_OPTIONS: Final[dict[str, Any]] = {
    # An error's message would else hold what was to be stored, and end up in logs.
    "hide_parameters": True,
}


def read(environ: Mapping[str, str], kind: str, default_url: str) -> dict[str, Any]:
    """Return the configuration of Flask-SQLAlchemy, by name, for a kind of process.

    `default_url` is the database without `DATABASE_URL`. Raises ConfigurationError, which names the variable.
    """
    url = SETTINGS["DATABASE_URL"].read(environ, default=default_url)
    pool = _pool(environ, kind)
    binds = {}
    if replica := _other_url(environ, "DATABASE_REPLICA_URL", url, "only PostgreSQL has replicas"):
        options = _options(replica, kind, pool, REPLICA_TIMEOUTS)
        binds[REPLICA] = {"url": replica, **options, "execution_options": {"postgresql_readonly": True}}
    if direct := _other_url(environ, "DATABASE_DIRECT_URL", url, "only PostgreSQL has poolers"):
        binds[DIRECT] = {"url": direct, **_options(direct, kind, pool, TIMEOUTS)}
    return {
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": _options(url, kind, pool, TIMEOUTS),
        "SQLALCHEMY_BINDS": binds,
    }


def _pool(environ: Mapping[str, str], kind: str) -> dict[str, int]:
    """What limits the connections of one process."""
    return {
        # With one, a job would wait for the thread beside it, and an upgrade for its own lock.
        "pool_size": SETTINGS["DATABASE_POOL_SIZE"].read(environ, default=str(POOL_SIZES[kind])),
        "max_overflow": SETTINGS["DATABASE_MAX_OVERFLOW"].read(environ),
        "pool_timeout": SETTINGS["DATABASE_POOL_TIMEOUT"].read(environ),
    }


def _options(url: str, kind: str, pool: dict[str, int], timeouts: Mapping[str, int]) -> dict[str, Any]:
    """The options of an engine. What the URL itself says of the connection is left as it is."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "postgresql":
        return dict(ENGINE_OPTIONS)
    # Named prepared statements belong to a session: behind PgBouncer in transaction mode, to that of another.
    wanted = {**timeouts, "application_name": f"parts-sync {kind}", "prepare_threshold": None}
    arguments = {name: value for name, value in wanted.items() if name not in parsed.query}
    return {**ENGINE_OPTIONS, **pool, "connect_args": arguments}


def _other_url(environ: Mapping[str, str], name: str, url: str, reason: str) -> str | None:
    other: str | None = SETTINGS[name].read(environ)
    if other is None:
        return None
    if any(make_url(database).get_backend_name() != "postgresql" for database in (other, url)):
        raise ConfigurationError(f"{name} is refused: {reason}")
    return other
