"""`python -m benchmarks.slots`: slots that come out right, of slots that were simulated."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import structlog
from flask_migrate import upgrade

from benchmarks import table
from benchmarks.databases import KINDS
from benchmarks.environment import environment
from benchmarks.slots.judging import Judge, Verdict
from benchmarks.slots.season import Season
from webapp import config
from webapp.extensions import db
from webapp.factory import create_app

# Somewhere a clock changes in the days after each of these.
BEFORE_CHANGES = ((3, 5), (3, 26), (4, 2), (9, 24), (10, 1), (10, 22), (10, 29))
# The usual hours, and hours that fall into the gaps and folds of clocks.
HOURS = ((1, 7, 13, 19), (1, 7), (0, 1, 2, 3), (2, 14))
OUTCOMES = ("started", "skipped", "missed", "not scheduled")
HEADINGS = ("season", "hours", "slots", *OUTCOMES, "right")


def main(words: list[str] | None = None) -> int:
    """Simulate seasons and judge each of their slots; 1 where one is wrong."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.slots", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seasons", type=int, default=7, help="each around a change of clocks (default 7)")
    parser.add_argument("--days", type=int, default=20, help="of a season (default 20)")
    parser.add_argument("--dealers", type=int, default=18, help="of a season, over nine zones (default 18)")
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    chosen = parser.parse_args(words)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    rows, faults, right, total = [], [], 0, 0
    for number in range(chosen.seasons):
        begin, hours, verdicts = _season(number, chosen)
        outcomes = Counter(verdict.outcome for verdict in verdicts)
        faults += [verdict for verdict in verdicts if verdict.fault]
        total += len(verdicts)
        right = total - len(faults)
        good = sum(not verdict.fault for verdict in verdicts)
        counts = (len(verdicts), *(outcomes[name] for name in OUTCOMES), good)
        rows.append((f"{begin:%Y-%m-%d}", " ".join(map(str, hours)), *map(str, counts)))
    print(table.plain(HEADINGS, rows))
    for verdict in faults[:20]:
        print(f"dealer {verdict.dealer_id}, {verdict.slot}: {verdict.outcome}: {verdict.fault}")
    print(f"\nslots right of slots simulated: {right} of {total}")
    return 1 if faults else 0


def _season(number: int, chosen: argparse.Namespace) -> tuple[datetime, tuple[int, ...], list[Verdict]]:
    chance = Random(chosen.seed * 1_000 + number)  # nosec B311 - it is for a simulation
    month, day = BEFORE_CHANGES[number % len(BEFORE_CHANGES)]
    begin = datetime(chance.randrange(2024, 2038), month, day, tzinfo=UTC)
    hours = HOURS[number % len(HOURS)]
    return begin, hours, list(_verdicts(begin, hours, chance.randrange(1 << 30), chosen))


def _verdicts(
    begin: datetime, hours: tuple[int, ...], seed: int, chosen: argparse.Namespace
) -> Iterator[Verdict]:
    with tempfile.TemporaryDirectory(prefix="slots-") as place:
        # Open to others: under root PostgreSQL runs as a user of its own.
        folder = Path(place)
        folder.chmod(0o755)
        with KINDS[chosen.database](folder) as database:
            app = create_app(config.from_environment(environment(database.url, "http://127.0.0.1:9", folder)))
            app.config["SYNC_HOURS"] = hours
            with app.app_context():
                upgrade()
                season = Season(begin, chosen.days, chosen.dealers, seed)
                season.pass_by()
                yield from Judge(season, hours).verdicts()
                db.session.remove()
                db.engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
