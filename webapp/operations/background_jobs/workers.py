"""Worker processes, as they register in Redis."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from redis import Redis

from webapp.core import clock
from webapp.core.job_payload import QUEUES

WORKER_KINDS: Final = ("short", "sync", "other")
WORKER_STATES: Final = ("idle", "busy", "other")
# Seconds. A worker without a heartbeat for so long is gone; RQ's own entry remains for minutes.
GONE_AFTER: Final = 480
MOST_WORKERS: Final = 500

_NAME: Final = re.compile(r"([a-z-]{1,40})\.([A-Za-z0-9_-]{1,120})\.(\d{1,10})\.[0-9a-f]{4}")
_KEY: Final = "rq:worker:"


@dataclass(frozen=True)
class WorkerSeen:
    """Worker process: its queues, its host, and its current job."""

    kind: str
    host: str
    pid: int
    state: str
    queues: tuple[str, ...]
    heard_at: datetime
    job_id: str | None


def workers(redis: Redis) -> list[WorkerSeen]:
    """Return the live workers, sorted by kind, host and process."""
    members: Any = redis.smembers("rq:workers")
    names = sorted(name for each in members if (name := _text(each).removeprefix(_KEY)))[:MOST_WORKERS]
    with redis.pipeline(transaction=False) as asked:
        for name in names:
            asked.hgetall(_KEY + name)
            asked.smembers(f"{_KEY}{name}:executions")
        found = asked.execute(raise_on_error=False)
    seen = (_worker(name, found[2 * place], found[2 * place + 1]) for place, name in enumerate(names))
    return sorted((each for each in seen if each), key=lambda each: (each.kind, each.host, each.pid))


def _worker(name: str, stored: Any, executions: Any) -> WorkerSeen | None:
    parts = _NAME.fullmatch(name)
    if parts is None or not isinstance(stored, dict) or b"death" in stored:
        return None
    heard_at = _time(stored.get(b"last_heartbeat", b""))
    if heard_at is None or (clock.now() - heard_at).total_seconds() > GONE_AFTER:
        return None
    state = _text(stored.get(b"state", b""))
    jobs = sorted(map(_text, executions)) if isinstance(executions, set) else []
    return WorkerSeen(
        kind=parts[1] if parts[1] in WORKER_KINDS else "other",
        host=parts[2],
        pid=int(parts[3]),
        state=state if state in WORKER_STATES else "other",
        queues=tuple(each for each in _text(stored.get(b"queues", b"")).split(",") if each in QUEUES),
        heard_at=heard_at,
        job_id=jobs[0].partition(":")[0][:64] if jobs else None,
    )


def _time(raw: bytes) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(_text(raw))
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")
