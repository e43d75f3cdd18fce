"""`python -m benchmarks.growth`: whether a part, a dealer and a year cost the same however many there are."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from flask_migrate import upgrade

from benchmarks import machine, table
from benchmarks.databases import KINDS
from benchmarks.environment import environment
from benchmarks.faults.ground import hush
from benchmarks.growth import chart, dealers, parts, retention, space, vacuum, waking
from benchmarks.growth.point import Curve
from benchmarks.measured import Measured
from webapp.application import create_app
from webapp.extensions import db
from webapp.settings import config
from webapp.settings.config import ROOT

HEADINGS = ("what", "size", "figure", "to the smallest", "")


def main(words: list[str] | None = None) -> int:
    """Measure what was chosen; 1 where something grows that should not."""
    chosen = _choices().parse_args(words)
    print(machine.described(), flush=True)
    kept = [_MEASURES[name](chosen) for name in chosen.what]
    return 0 if all(kept) else 1


def _choices() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--what", nargs="+", choices=_MEASURES, default=list(_MEASURES))
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--parts", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    # A million parts over twelve codes need a few products more than a million.
    parser.add_argument("--products", type=int, default=1_000_008, help="in the catalog (default 1,000,008)")
    parser.add_argument("--repeats", type=int, default=1, help="of the syncs of each size (default 1)")
    parser.add_argument("--dealers", type=int, nargs="+", default=[1, 10, 100, 1_000])
    parser.add_argument("--rows", type=int, default=20_000, help="of each dealer (default 20,000)")
    parser.add_argument(
        "--documents", type=int, default=2_000, help="of each dealer but the first (default 2,000)"
    )
    parser.add_argument(
        "--dealer-products", type=int, default=240_000, help="in the catalog of many dealers (240,000)"
    )
    parser.add_argument("--history", type=int, default=50, help="dealers whose history is kept (default 50)")
    parser.add_argument("--days", type=int, default=120, help="of history (default 120)")
    parser.add_argument("--plots", type=Path, default=ROOT / "docs" / "images", help="where drawings go")
    return parser


def _parts(chosen: argparse.Namespace) -> bool:
    curves: list[Curve] = []
    for kind in chosen.databases:
        with _folder() as folder:
            grown = []
            for title, one in parts.measure(kind, chosen.parts, chosen.products, chosen.repeats, folder):
                _tell(f"{title}: {one.parts:,} parts: {_told(one.first)}, {_told(one.again)}")
                grown.append(one)
        curves += parts.curves(title, grown)
    drawn = [curve for curve in curves if curve.title.endswith("wall")]
    _draw(chosen, "growth-parts.svg", "Cost of a part, to that with the fewest", "parts of a dealer", drawn)
    return _flat(curves)


def _told(sync: Measured) -> str:
    return f"{sync.seconds:.1f} s and {sync.peak / 1e6:.0f} MB above idle"


def _dealers(chosen: argparse.Namespace) -> bool:
    with _folder() as folder, KINDS["postgresql"](folder) as database:
        size = dealers.Size(chosen.rows, chosen.documents, chosen.dealer_products)
        steps = []
        for step in dealers.Crowding(database, folder, size).steps(chosen.dealers):
            _tell(str(step))
            steps.append(step)
        with _app(database.url, folder):
            rows = [one.cells() for one in space.taken(db.session.connection(), space.SHELF)]
            db.session.rollback()
        _print(f"{database.title}: space", space.HEADINGS, rows)
        written = [row for step in steps for row in step.written()]
        _print(f"{database.title}: written to its log", dealers.WRITTEN_HEADINGS, written)
        _print(f"{database.title}: vacuum", vacuum.HEADINGS, list(vacuum.costs(database.url)))
    curves = dealers.curves(steps)
    title = f"One dealer among others of {chosen.rows:,} parts, to alone"
    _draw(chosen, "growth-dealers.svg", title, "dealers in the database", curves)
    return _flat(curves)


def _retention(chosen: argparse.Namespace) -> bool:
    bounded = []
    for kind in chosen.databases:
        with _folder() as folder, KINDS[kind](folder) as database, _app(database.url, folder):
            upgrade()
            every = max(1, chosen.days // 12)
            found = list(retention.evenings(chosen.history, chosen.days, every))
            rows = [one.cells() for one in found]
            spaces = [one.cells() for one in found[-1].spaces]
            bounded.append(found[-1].rows["runs"] == found[-2].rows["runs"])
        _print(f"{database.title}: {chosen.history} dealers, four runs a day", retention.HEADINGS, rows)
        _print(f"{database.title}: space of history", space.HEADINGS, spaces)
    return all(bounded)


def _redis(_: argparse.Namespace) -> bool:
    with _folder() as folder:
        _print("Memory of Redis", waking.HEADINGS, list(waking.rows(folder)))
    return True


_MEASURES: dict[str, Callable[[argparse.Namespace], bool]] = {
    "parts": _parts,
    "dealers": _dealers,
    "retention": _retention,
    "redis": _redis,
}


def _flat(curves: Sequence[Curve]) -> bool:
    _print("Growth", HEADINGS, [row for curve in curves for row in curve.rows()])
    return not any(curve.grown() for curve in curves)


def _draw(chosen: argparse.Namespace, name: str, title: str, axis: str, curves: Sequence[Curve]) -> None:
    (chosen.plots / name).write_text(chart.svg(title, axis, curves), encoding="utf-8")


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="growth-") as place:
        # Open to others: under root PostgreSQL runs as a user of its own.
        folder = Path(place)
        folder.chmod(0o755)
        yield folder


@contextmanager
def _app(url: str, folder: Path) -> Iterator[None]:
    with create_app(config.from_environment(environment(url, "http://127.0.0.1:9", folder))).app_context():
        hush()
        yield
        db.session.remove()
        db.engine.dispose()


def _print(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    print(f"\n{title}\n\n{table.plain(headings, rows)}\n\n{table.markdown(headings, rows)}", flush=True)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
