"""The outbox of products to reindex: notes are written with the change that they are about (R17)."""

from __future__ import annotations

from webapp import queues

TASK = "jobs.tasks.drain_index"


def wake() -> bool:
    """Have a worker drain the outbox; to be called after the commit. True if Redis took the message."""
    return queues.enqueue(queues.INDEX, TASK)
