"""Jobs and keys that an attacker with write access to Redis could store for workers and the scheduler."""

from __future__ import annotations

import json
import os
import pickle
import zlib
from pathlib import Path
from typing import Any

from redis import Redis

NOW = "2026-11-23T07:10:00.000000Z"
SET = "rq:scheduler:scheduled_jobs"
# Importing it, and calling anything of it, leaves a file.
MODULE = """
import pathlib
FOLDER = pathlib.Path({folder!r})
FOLDER.joinpath("imported").touch()

def touch(*_arguments, **_named):
    FOLDER.joinpath("called").touch()
"""


class Reduced:
    """Touches a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (f"touch {self._path}",)


class Hostile:
    """Writes hostile jobs; what they did, if anything, are the files in `folder`."""

    def __init__(self, redis: Redis, folder: Path, webhook: str = "") -> None:
        self._redis, self.folder, self._webhook, self._count = redis, folder, webhook, 0
        folder.mkdir()
        (folder.parent / "hostile_module.py").write_text(MODULE.format(folder=str(folder)))

    @property
    def done(self) -> list[str]:
        """What hostile code did."""
        return sorted(path.name for path in self.folder.iterdir())

    def pickled(self) -> bytes:
        self._count += 1
        return pickle.dumps(Reduced(self.folder / f"unpickled-{self._count}"))

    def hashes(self) -> dict[str, dict[str, Any]]:
        """A job's hash of each kind."""
        touch = f"touch {self.folder}/ran"
        tick = payload("jobs.tasks.check_credentials", None, [4711, 1], {})
        hooks = {"url": self._webhook, "job_status": "finished", "method": "POST"}
        return {
            "pickled": {"data": self.pickled()},
            "compressed": {"data": zlib.compress(self.pickled())},
            "previous-version": {"data": pickle.dumps(("jobs.tasks.sync_run", None, (1,), {}))},
            "system": {"data": payload("os.system", None, [touch], {})},
            "run": {"data": payload("subprocess.run", None, [["touch", f"{self.folder}/ran"]], {})},
            "module": {"data": payload("hostile_module.touch", None, [], {})},
            "submodule": {"data": payload("jobs.tasks.stopping.request", None, [], {})},
            "private": {"data": payload("jobs.tasks._wake_index", None, [], {})},
            "instance": {"data": payload("jobs.tasks.tick", "hostile_module.touch", [], {})},
            "named": {"data": payload("jobs.tasks.sync_run", None, [], {"run_id": 1})},
            "text": {"data": payload("jobs.tasks.sync_run", None, ["1; DROP TABLE runs"], {})},
            "meta": {"data": tick, "meta": self.pickled()},
            "result": {"data": tick, "result": self.pickled()},
            "callbacks": {"data": tick} | callbacks(),
            "webhooks": {
                "data": tick,
                "webhooks": json.dumps([hooks, hooks | {"job_status": "failed"}]),
            },
            "dependent": {"data": tick, "dependency_ids": json.dumps(["pickled"])},
            "bomb": {"data": zlib.compress(b"[" * 50_000_000)},
            "deep": {"data": b"[" * 4_000},
            "times": {"data": tick, "created_at": b"\xff", "timeout": "1e99"},
            "nothing": {"data": b""},
        }

    def store(self, prefix: str, origin: str) -> list[str]:
        """Store a hash of each kind; their ids."""
        for kind, fields in self.hashes().items():
            usual = {"created_at": NOW, "origin": origin, "status": "queued", "timeout": 60}
            self._redis.hset(f"rq:job:{prefix}-{kind}", mapping={**usual, **fields})
        self._redis.set(f"rq:job:{prefix}-string", "not a hash")
        return [*(f"{prefix}-{kind}" for kind in self.hashes()), f"{prefix}-string"]

    def fill_queue(self, queue: str) -> None:
        """Put each into a queue, with ids that are none."""
        odd = [b"\xff\xfe", "no/such:id", "missing", ""]
        self._redis.rpush(f"rq:queue:{queue}", *self.store(queue, queue), *odd)

    def fill_registries(self, queue: str) -> None:
        """Put each into every list that RQ's upkeep looks through."""
        ids = self.store(f"registry-{queue}", queue)
        for job_id in ids[:-1]:
            self._redis.hset(f"rq:job:{job_id}", mapping={"status": "started", **callbacks()})
        entries = {f"{job_id}:{job_id}": 1 for job_id in ids} | {b"\xff": 1, "alone": 1}
        self._redis.zadd(f"rq:wip:{queue}", entries)
        for name in ("failed", "finished", "deferred", "ready", "scheduled", "canceled"):
            self._redis.zadd(f"rq:{name}:{queue}", dict.fromkeys([*ids, b"\xff"], 1))
        self._redis.rpush(f"rq:queue:{queue}:intermediate", *ids, b"\xff")
        self._redis.sadd("rq:groups", b"\xff", *ids)
        self._redis.sadd("rq:workers", b"\xff", "rq:worker:none")
        self._redis.sadd(f"rq:workers:{queue}", b"\xff")

    def fill_schedule(self) -> None:
        """Put each into rq-scheduler's set, in place of the declared jobs too."""
        ids = self.store("scheduled", "control")
        meta = json.dumps({"interval": 60, "queue_class_name": "hostile_module.touch"})
        self._redis.hset("rq:job:scheduled-meta", "meta", meta)
        self._redis.zadd(SET, dict.fromkeys([*ids, b"\xff", "missing"], 1) | {"tick": 1, "keep-house": 1})
        system = {"data": payload("os.system", None, [f"touch {self.folder}/ran"], {}), "meta": meta}
        self._redis.hset("rq:job:tick", mapping={"created_at": NOW, "origin": "control", **system})
        self._redis.hset("rq:job:keep-house", mapping={"created_at": NOW, "data": self.pickled()})


def payload(*parts: Any) -> bytes:
    return json.dumps(parts).encode()


def callbacks() -> dict[str, str]:
    return {f"{kind}_callback_name": "hostile_module.touch" for kind in ("success", "failure", "stopped")}
