"""Detection of a file's encoding by its byte order mark; UTF-16 is recoded to UTF-8."""

from __future__ import annotations

import codecs
import io
from typing import Any, BinaryIO, cast

_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
CHUNK = 64 * 1024
# Bytes that are invalid in UTF-8: their line is reported as not being text.
NOT_TEXT = b"\xff"


def as_utf8(file: BinaryIO) -> tuple[bytes, BinaryIO]:
    """Return the bytes already read, and a file that continues with UTF-8."""
    head = file.read(2)
    if encoding := _UTF_16.get(head):
        return b"", cast(BinaryIO, io.BufferedReader(cast(Any, _Recoded(file, encoding)), CHUNK))
    return head, file


def text_of(content: bytes) -> str:
    """Decode the content of a file that was read without errors."""
    return content.decode("utf-16" if content[:2] in _UTF_16 else "utf-8-sig")


class _Recoded(io.RawIOBase):
    """Streams a UTF-16 file as UTF-8. Half a surrogate pair comes out as invalid UTF-8."""

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
        self._waiting = b""
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._waiting and not self._is_over:
            self._waiting = self._next_piece()
        piece, self._waiting = self._waiting[: len(buffer)], self._waiting[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)

    def _next_piece(self) -> bytes:
        raw = self._file.read(CHUNK)
        self._is_over = not raw
        try:
            return self._decoder.decode(raw, final=not raw).encode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            # The file ends within a character.
            self._decoder.reset()
            return NOT_TEXT
