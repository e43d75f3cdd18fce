"""Line iterator for the csv module that can recover from an unclosed quote."""

from __future__ import annotations

import codecs
import io
from collections import deque
from contextlib import suppress
from typing import BinaryIO

from webapp.core.spreadsheet.encodings import as_utf8

# A field may contain line breaks, but an unclosed quote must not swallow the rest of the file.
MAX_RECORD_LINES = 50
MAX_LINE_BYTES = 1_000_000
# Bytes that are read at once while lines are records. Longer fields than the csv module's limit stay apart.
BLOCK_BYTES = 64 * 1024
MAX_BLOCK_BYTES = 128 * 1024


class UnclosedQuote(ValueError):
    """Record that exceeds the maximum length."""


class Lines:
    """Iterates over the decoded lines of a file, and remembers those of the current record."""

    def __init__(self, file: BinaryIO) -> None:
        self._head, self._file = as_utf8(file)
        self._waiting: deque[tuple[str, bool]] = deque()
        # Lines of a block that has to be read line by line.
        self._unread: deque[bytes] = deque()
        self._record: list[tuple[str, bool]] = []
        self._block = b""
        self._begun = False
        # The line number at which the current record begins.
        self.number = 1

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        if len(self._record) == MAX_RECORD_LINES:
            raise UnclosedQuote
        line = self._waiting.popleft() if self._waiting else self._read()
        self._record.append(line)
        return line[0]

    def _read(self) -> tuple[str, bool]:
        raw = self._readline()
        if not raw:
            raise StopIteration
        if not self._begun:
            # Excel marks UTF-8 files so.
            raw = raw.removeprefix(codecs.BOM_UTF8)
            self._begun = True
        is_whole = raw.endswith(b"\n")
        if len(raw) > MAX_LINE_BYTES - (not is_whole):
            if not is_whole:
                self._skip_line()
            return "\n", False
        try:
            return raw.decode(), True
        except UnicodeDecodeError:
            return raw.decode(errors="surrogateescape"), False

    def _readline(self) -> bytes:
        """Return the next line, including bytes already read to detect the encoding, or of a block."""
        if self._unread:
            return self._unread.popleft()
        if not self._head:
            return self._file.readline(MAX_LINE_BYTES)
        line, end, self._head = self._head.partition(b"\n")
        return line + end if end else line + self._file.readline(MAX_LINE_BYTES)

    def _skip_line(self) -> None:
        while (raw := self._file.readline(MAX_LINE_BYTES)) and not raw.endswith(b"\n"):
            pass

    def next_block(self) -> str | None:
        """Return the text of the next lines, which `end_block` consumes or puts back.

        None if the next line has to be read by itself: at the end of the file, and where text isn't UTF-8.
        """
        if self._waiting or self._record or self._unread or self._head:
            return None
        block = self._file.read(BLOCK_BYTES)
        if block and not block.endswith(b"\n"):
            block += self._file.readline(MAX_LINE_BYTES)
        self._block = block
        if block and len(block) <= MAX_BLOCK_BYTES:
            with suppress(UnicodeDecodeError):
                return block.decode()
        self.end_block(None)
        return None

    def end_block(self, count: int | None) -> None:
        """Consume the block of `count` lines, or put it back if that is None."""
        if count is None:
            self._unread.extend(io.BytesIO(self._block))
        else:
            self.number += count
        self._block = b""

    def peek(self) -> str:
        """Return the next line without consuming it; empty at the end of the file."""
        line = next(self, "")
        if self._record:
            self._waiting.appendleft(self._record.pop())
        return line

    @property
    def is_next_text(self) -> bool:
        """Return whether the peeked line is text; false at the end of the file."""
        return bool(self._waiting) and self._waiting[0][1]

    @property
    def is_text(self) -> bool:
        """Return whether every line of the record is text and within the maximum length."""
        return all(fine for _, fine in self._record)

    @property
    def spans_lines(self) -> bool:
        return len(self._record) > 1

    def next_record(self) -> None:
        """Forget the current record."""
        self.number += len(self._record)
        self._record.clear()

    def retry_after_first_line(self) -> None:
        """Drop only the record's first line; the others are read again."""
        self._waiting.extendleft(reversed(self._record[1:]))
        del self._record[1:]
        self.next_record()
