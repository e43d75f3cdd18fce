"""What a run takes of a worker, of its processor and of the database's: measured, and kept in a file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

FILE = Path(__file__).parent / "figures.json"


@dataclass(frozen=True)
class Cost:
    """Seconds for a run, for each of its codes, and for each full page of 500 parts."""

    run: float
    code: float
    page: float

    def of(self, runs: float, codes: float, pages: float) -> float:
        """Seconds for so many of each."""
        return self.run * runs + self.code * codes + self.page * pages


@dataclass(frozen=True)
class Figures:
    """Seconds of a worker beside the service's own answers, and CPU seconds of both sides.

    `run` is everything about a run that is neither a code nor a page: taking it from the queue, opening and
    closing it. `code` is a code's share, and `request` what each request takes beyond the service's answer.
    Of a full page, `fetch` is what its request takes more than that, `store` what keeping its parts takes,
    which goes on beside the next request, and `apply` what they take once the code is complete; pages that
    are not full take less in proportion.
    """

    run: float
    code: float
    request: float
    fetch: float
    store: float
    apply: float
    worker_cpu: Cost
    database_cpu: Cost

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values; `from_json` takes them back."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """The figures that `as_json` gave."""
        cpu = {name: Cost(**stored[name]) for name in ("worker_cpu", "database_cpu")}
        return cls(**{**stored, **cpu})


@dataclass(frozen=True)
class Measurement:
    """Figures of a dealer's first sync and of one of the later, where next to nothing changed."""

    machine: str
    first: Figures
    again: Figures

    def keep(self, file: Path = FILE) -> None:
        """Write everything to a file."""
        stored = {"machine": self.machine, "first": self.first.as_json(), "again": self.again.as_json()}
        file.write_text(json.dumps(stored, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def kept(cls, file: Path = FILE) -> Self:
        """What was written to a file."""
        stored = json.loads(file.read_text(encoding="utf-8"))
        return cls(stored["machine"], Figures.from_json(stored["first"]), Figures.from_json(stored["again"]))
