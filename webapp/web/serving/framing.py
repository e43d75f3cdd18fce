"""Detection of a request's end in the bytes received so far. Pure.

gunicorn's parser validates the request. This only decides when it can be parsed without waiting; if the two
disagree, the parser reaches the end of the input and the connection is closed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

HEAD_END: Final = b"\r\n\r\n"
# Bytes. Cookies and URLs of this program need a tenth of it.
MOST_HEAD: Final = 32 * 1024
# Of a body that is buffered until complete: an ordinary form, and the framing of its chunks.
MOST_BODY: Final = 64 * 1024
MOST_CHUNKED: Final = 2 * MOST_BODY
_LENGTH: Final = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*\r\n", re.IGNORECASE)
_CHUNKED: Final = re.compile(rb"\r\ntransfer-encoding:", re.IGNORECASE)
_SIZE: Final = re.compile(rb"[0-9a-fA-F]{1,8}")


class MalformedRequest(ValueError):
    """Request larger than may be buffered; `status` is the response's status line."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


@dataclass
class Framing:
    """Progress of the request being received."""

    head: int = 0
    end: int = 0
    is_large: bool = False
    _searched: int = 0
    _chunk: int = 0

    def is_whole(self, received: bytearray) -> bool:
        """Return whether a thread can take the request: it is complete, or its body is too large to buffer.

        Raises MalformedRequest.
        """
        if not self.head and not self._finds_head(received):
            return False
        if self._chunk:
            return self._finds_last_chunk(received)
        return self.is_large or len(received) >= self.end

    def _finds_head(self, received: bytearray) -> bool:
        found = received.find(HEAD_END, max(0, self._searched - len(HEAD_END)))
        self._searched = len(received)
        if found > MOST_HEAD or (found < 0 and len(received) > MOST_HEAD):
            raise MalformedRequest("431 Request Header Fields Too Large")
        if found < 0:
            return False
        self.head = self.end = found + len(HEAD_END)
        head = bytes(received[: self.head])
        if _CHUNKED.search(head):
            self._chunk = self.head
        elif length := _LENGTH.search(head):
            self.end += int(length[1])
            self.is_large = int(length[1]) > MOST_BODY
        return True

    def _finds_last_chunk(self, received: bytearray) -> bool:
        while (line := received.find(b"\r\n", self._chunk)) >= 0:
            size = _SIZE.fullmatch(received[self._chunk : line].split(b";")[0].rstrip())
            if size is None:
                # The parser reports the error.
                self.end = len(received)
                return True
            if int(size[0], 16) == 0:
                last = received.find(HEAD_END, line)
                if last < 0:
                    break
                self.end = last + len(HEAD_END)
                return True
            following = line + 2 + int(size[0], 16) + 2
            if following > len(received):
                break
            self._chunk = following
        return self._bounded(received)

    def _bounded(self, received: bytearray) -> bool:
        if len(received) - self.head > MOST_CHUNKED:
            raise MalformedRequest("413 Content Too Large")
        return False
