"""Validation of a job's hash in Redis: the name of a known task, and integer arguments. Pure.

Anyone with write access to Redis can write any hash. RQ would unpickle it, import the function, callbacks and
queue class that it names, and send the webhooks that it lists; so only the fields listed here reach RQ.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any, Final

from webapp.core.task_names import Task

# Bytes. A job is a name and a few ids; a compressed one must not expand to gigabytes.
MAX_PAYLOAD: Final = 4_096
MAX_REASON: Final = 4_096
MAX_IDS: Final = 4
# Seconds; longer than any job may run or be kept.
MAX_SECONDS: Final = 400 * 86_400
QUEUES: Final = ("control", "sync", "index", "scan")

_KEPT: Final = (
    "created_at",
    "enqueued_at",
    "started_at",
    "ended_at",
    "last_heartbeat",
    "status",
    "worker_name",
)
_SECONDS: Final = ("timeout", "result_ttl", "failure_ttl", "ttl")


class InvalidPayload(ValueError):
    """Hash that isn't a valid job; the message gives the reason without repeating the content."""


def validated_fields(raw: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """Return the fields of a job's hash that RQ may read, each validated. Raises InvalidPayload."""
    known = {name.encode(): raw[name.encode()] for name in _KEPT if raw.get(name.encode())}
    name, ids = task_of(decompress(raw.get(b"data", b""), MAX_PAYLOAD))
    known[b"data"] = dumps((name, None, ids, {}))
    known[b"description"] = f"{name}({', '.join(map(str, ids))})".encode()
    known[b"origin"] = _origin(raw.get(b"origin", b""))
    for field in _SECONDS:
        if raw.get(field.encode()):
            known[field.encode()] = str(_seconds(raw[field.encode()])).encode()
    if raw.get(b"exc_info"):
        known[b"exc_info"] = decompress(raw[b"exc_info"], MAX_REASON)
    if raw.get(b"meta"):
        known[b"meta"] = dumps(_meta(raw[b"meta"]))
    return known


def task_of(data: bytes) -> tuple[Task, list[int]]:
    """Return the task and ids from a job's data. Raises InvalidPayload."""
    decoded = loads(data)
    if not isinstance(decoded, list) or len(decoded) != 4:
        raise InvalidPayload("its data is not of the known form")
    name, instance, ids, named = decoded
    if not isinstance(name, str) or name not in set(Task):
        raise InvalidPayload("it names no known task")
    if instance is not None or named:
        raise InvalidPayload("it has an instance or named arguments")
    if not isinstance(ids, list) or len(ids) > MAX_IDS or not all(type(id_) is int for id_ in ids):
        raise InvalidPayload("its arguments are not ids")
    return Task(name), ids


def dumps(value: Any) -> bytes:
    """Serialize as RQ's serializers do."""
    return json.dumps(value).encode()


def loads(data: bytes) -> Any:
    """Deserialize as RQ's serializers do. Raises InvalidPayload for invalid JSON."""
    try:
        return json.loads(data.decode())
    except (ValueError, RecursionError):
        # Jobs of earlier versions are pickled: the row in SQL that such a job stood for is queued again.
        raise InvalidPayload("its data is not JSON") from None


def decompress(packed: bytes, most: int) -> bytes:
    """Decompress if compressed. Raises InvalidPayload if the result is longer than `most` bytes."""
    try:
        # One byte more than allowed: a decompression bomb is not expanded any further.
        found = zlib.decompressobj().decompress(packed, most + 1)
    except zlib.error:
        found = packed
    if len(found) > most:
        raise InvalidPayload("it is too long")
    return found


def _origin(raw: bytes) -> bytes:
    # rq-scheduler and RQ use it in the names of keys.
    if raw.decode(errors="replace") not in QUEUES:
        raise InvalidPayload("it belongs to no known queue")
    return raw


def _seconds(raw: bytes) -> int:
    try:
        seconds = int(raw)
    except ValueError:
        raise InvalidPayload("its time limits are not numbers") from None
    if not -1 <= seconds <= MAX_SECONDS:
        raise InvalidPayload("its time limits are out of range")
    return seconds


def _meta(raw: bytes) -> dict[str, int]:
    """Keep only the interval of rq-scheduler's metadata: it would import a queue class named there."""
    found = loads(raw)
    interval = found.get("interval") if isinstance(found, dict) else None
    return {"interval": interval} if type(interval) is int and 0 < interval <= MAX_SECONDS else {}
