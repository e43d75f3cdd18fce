"""Lines of the two reports, rendered once for each part, as pieces of gzip files (R18).

A stored pull keeps the lines of a run in which nothing changes. The lines of the run that changes something
are kept beside it in a temporary file until its reports are written.
"""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any, Protocol

import structlog
from isal import isal_zlib

from webapp.core.spreadsheet import are_plain, defuse, writer
from webapp.pulls.entries import Entry, Match
from webapp.runs import skipped_reasons

log = structlog.get_logger(__name__)

UNCHANGED, NEW, UPDATED = "unchanged", "new", "updated"
# The end of a price, faster than to format each.
_CENTS = [f".{cents:02}" for cents in range(100)]
_LEVEL = 1
# The format of a gzip file; several after one another are one gzip file, too.
_GZIP = 31


class Changes(Protocol):
    """How the run changed the code's stock of a product: `new`, `updated` or `unchanged`."""

    def of(self, manufacturer_id: int, product_id: int) -> str: ...
    def of_all(self, matches: Sequence[Match]) -> list[str]:
        """Return the word of each match's product."""
        ...


def compress(text: str) -> bytes:
    """Return text as a gzip file; nothing for no text."""
    if not text:
        return b""
    packer = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP)
    return packer.compress(text.encode()) + packer.flush()


def prefix(cells: Sequence[str]) -> str:
    """Return the beginning of a line, up to the figures; ends in a comma."""
    line = ",".join(cells) + ","
    if are_plain(cells, line):
        return line
    line = ",".join(map(defuse, cells)) + ","
    is_plain = '"' not in line and "\n" not in line and "\r" not in line and line.count(",") == len(cells)
    return line if is_plain else _csv([*map(defuse, cells), ""])


def inventory_text(entries: Iterable[Entry], changes: Changes) -> str:
    """Return the lines of synced parts, in their order, those of one part by manufacturer."""
    return _joined(*_inventory_lines(entries, changes))


def inventory_texts(entries: Iterable[Entry], changes: Changes) -> tuple[str, str, int]:
    """Return the lines of a run with changes, those of one in which nothing changes, and their number."""
    heads, words = _inventory_lines(entries, changes)
    unchanged = _joined(heads, [UNCHANGED] * len(heads))
    changed = unchanged if words.count(UNCHANGED) == len(words) else _joined(heads, words)
    return changed, unchanged, len(heads)


def _joined(heads: Sequence[str], words: Sequence[str]) -> str:
    """Return lines, each with its last cell."""
    if heads and words.count(words[0]) == len(words):
        end = f"{words[0]}\n"
        return end.join(heads) + end
    return "".join([f"{head}{word}\n" for head, word in zip(heads, words, strict=True)])


def _inventory_lines(entries: Iterable[Entry], changes: Changes) -> tuple[list[str], list[str]]:
    """Return the lines of synced parts up to their last cell, and that cell."""
    rows = [
        (entry.quantity, match)
        for entry in entries
        if entry.reason is None
        for match in (entry.matches if len(entry.matches) < 2 else _by_manufacturer(entry))
    ]
    heads = [
        f"{match.prefix}{quantity},{match.shelf_quantity},,{match.lead_time_days},"
        if match.sale_price_cents is None
        else f"{match.prefix}{quantity},{match.shelf_quantity},{match.sale_price_cents // 100}"
        f"{_CENTS[match.sale_price_cents % 100]},{match.lead_time_days},"
        for quantity, match in rows
    ]
    return heads, changes.of_all([match for _, match in rows])


def _by_manufacturer(entry: Entry) -> list[Match]:
    return sorted(entry.matches, key=lambda match: match.manufacturer_id)


def skipped_text(entries: Iterable[Entry], code: str, quantity_column: str) -> str:
    """Return the lines of skipped parts."""
    out = io.StringIO()
    lines = writer(out)
    for entry in entries:
        if entry.reason is not None:
            cells = _skipped_cells(entry, entry.reason, code, quantity_column)
            lines.writerow([defuse(cell) if type(cell) is str else cell for cell in cells])
    return out.getvalue()


def _skipped_cells(entry: Entry, reason: str, code: str, quantity_column: str) -> tuple[Any, ...]:
    number = entry.part_number
    quantity = entry.quantity if entry.quantity is not None else entry.quantity_text(quantity_column)
    sentence = skipped_reasons.reason(reason, entry.candidate_by, number, entry.candidate)
    return code, number, entry.description, quantity, sentence, entry.candidate


def _csv(cells: Iterable[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(cells)
    return out.getvalue()


class RenderedLines:
    """Lines of this run's inventory report that differ from the stored ones, in a temporary file.

    Without room for the file nothing is kept, and the lines are rendered again when they are needed.
    """

    def __init__(self, file: IO[bytes] | None) -> None:
        self._file = file
        self._places: dict[tuple[int, str], tuple[int, int]] = {}

    def put(self, item_id: int, first_key: str, lines: bytes) -> None:
        """Keep the lines of a block."""
        if self._file is None:
            return
        try:
            place = self._file.seek(0, 2)
            _write_whole(self._file, lines)
        except OSError as error:
            log.warning("report.buffering_failed", error=type(error).__name__)
            self._file = None
            self._places = {}
        else:
            self._places[item_id, first_key] = (place, len(lines))

    def get(self, item_id: int, first_key: str) -> bytes | None:
        """Return the lines of a block; None if they were not kept."""
        place = self._places.get((item_id, first_key))
        if place is None or self._file is None:
            return None
        self._file.seek(place[0])
        return self._file.read(place[1])

    def forget(self, item_id: int) -> None:
        """Forget the lines of an item whose transaction was rolled back."""
        self._places = {key: place for key, place in self._places.items() if key[0] != item_id}


def _write_whole(file: IO[bytes], content: bytes) -> None:
    """Write all of it to an unbuffered file, which may take less at once."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


@contextmanager
def rendering() -> Iterator[RenderedLines]:
    """Provide the lines of one run."""
    file: IO[bytes] | None = None
    try:
        # Unbuffered: after a full disk there is nothing left to write when it is closed.
        file = tempfile.TemporaryFile(prefix="report-", buffering=0)  # noqa: SIM115 - closed below
    except OSError as error:
        log.warning("report.buffering_failed", error=type(error).__name__)
    try:
        yield RenderedLines(file)
    finally:
        if file is not None:
            file.close()


@contextmanager
def gzip_writer(file: IO[bytes]) -> Iterator[IO[bytes]]:
    """Append a gzip file to a file."""
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_LEVEL, mtime=0) as packed:
        yield packed  # type: ignore[misc]
