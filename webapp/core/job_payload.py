"""Checks what a job's hash in Redis holds: the name of a known task, and whole numbers. Pure.

Whoever can write to Redis can write any hash. RQ would unpickle it, import the function, callbacks and queue
class that it names, and send the webhooks that it lists; so what is not listed here never reaches RQ.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any, Final

from webapp.core.task_names import Task

# Bytes. A job is a name and a few ids; a compressed one must not unpack to gigabytes.
MAX_PAYLOAD: Final = 4_096
MAX_REASON: Final = 4_096
MAX_IDS: Final = 4
# Seconds; longer than any of our jobs may take or be kept.
MAX_SECONDS: Final = 400 * 86_400
QUEUES: Final = ("control", "sync", "index")

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
    """The hash is not one of a job of ours; the message says why without repeating what it holds."""


def checked(raw: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """The fields of a job's hash that RQ may read, each checked. Raises InvalidPayload."""
    known = {name.encode(): raw[name.encode()] for name in _KEPT if raw.get(name.encode())}
    name, ids = task_of(unpacked(raw.get(b"data", b""), MAX_PAYLOAD))
    known[b"data"] = dumps((name, None, ids, {}))
    known[b"description"] = f"{name}({', '.join(map(str, ids))})".encode()
    known[b"origin"] = _origin(raw.get(b"origin", b""))
    for field in _SECONDS:
        if raw.get(field.encode()):
            known[field.encode()] = str(_seconds(raw[field.encode()])).encode()
    if raw.get(b"exc_info"):
        known[b"exc_info"] = unpacked(raw[b"exc_info"], MAX_REASON)
    if raw.get(b"meta"):
        known[b"meta"] = dumps(_meta(raw[b"meta"]))
    return known


def task_of(data: bytes) -> tuple[Task, list[int]]:
    """The task and ids that a job's data names. Raises InvalidPayload."""
    found = loads(data)
    if not isinstance(found, list) or len(found) != 4:
        raise InvalidPayload("its data is not of the known form")
    name, instance, ids, named = found
    if not isinstance(name, str) or name not in set(Task):
        raise InvalidPayload("it names no known task")
    if instance is not None or named:
        raise InvalidPayload("it has an instance or named arguments")
    if not isinstance(ids, list) or len(ids) > MAX_IDS or not all(type(each) is int for each in ids):
        raise InvalidPayload("its arguments are not ids")
    return Task(name), ids


def dumps(value: Any) -> bytes:
    """As RQ's serializers do."""
    return json.dumps(value).encode()


def loads(data: bytes) -> Any:
    """As RQ's serializers do. Raises InvalidPayload for what is not JSON."""
    try:
        return json.loads(data.decode())
    except (ValueError, RecursionError):
        # A job of a version before this one is pickled: the row in SQL that it stood for is queued again.
        raise InvalidPayload("its data is not JSON") from None


def unpacked(packed: bytes, most: int) -> bytes:
    """What was compressed, or not. Raises InvalidPayload for more than `most` bytes of it."""
    try:
        # One more byte than may be: a bomb is not unpacked any further.
        found = zlib.decompressobj().decompress(packed, most + 1)
    except zlib.error:
        found = packed
    if len(found) > most:
        raise InvalidPayload("it is too long")
    return found


def _origin(raw: bytes) -> bytes:
    # rq-scheduler and RQ make keys of it.
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
    """Of what rq-scheduler keeps there the interval alone: it would import a queue class that it names."""
    found = loads(raw)
    interval = found.get("interval") if isinstance(found, dict) else None
    return {"interval": interval} if type(interval) is int and 0 < interval <= MAX_SECONDS else {}
