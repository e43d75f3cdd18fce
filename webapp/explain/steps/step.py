"""A step of an explanation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from webapp.explain.explained_product import ExplainedProduct


@dataclass(frozen=True)
class Step:
    """A step: `kind` is one of lock, reported, mapping, match, quantity, codes, price, change, index, next.

    `tone` is `ok`, `warn`, `bad`, `info` or `off`; `run_id` and `at` are of the run that it is known from.
    `row` are the fields of Lightspeed's row.
    """

    kind: str
    tone: str
    title: str
    lines: Sequence[str] = ()
    run_id: int | None = None
    at: datetime | None = None
    row: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Trail:
    """Steps under one heading, with the product that the last of them are about, if any."""

    heading: str
    steps: Sequence[Step]
    product: ExplainedProduct | None
