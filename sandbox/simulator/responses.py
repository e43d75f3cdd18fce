"""Responses, and their corruption by faults."""

import gzip
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal

JSON_TYPE = "application/json; charset=utf-8"
TEXT_TYPE = "text/plain; charset=utf-8"
_HTML = (
    b"<!DOCTYPE html><html><head><title>Unavailable</title></head><body><h1>Maintenance</h1></body></html>"
)


@dataclass(frozen=True)
class Response:
    """A status, a body and headers; or, by `cut`, an incomplete response.

    `reset` resets the connection, `timeout` holds it without sending, `short_body` sends half of the body,
    `endless` repeats it until the client disconnects.
    """

    status: int
    body: bytes = b""
    content_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)
    cut: Literal["reset", "timeout", "short_body", "endless"] | None = None
    delay: float = 0.0  # Seconds before it is sent.


class Refusal(Exception):
    """Ends the processing of a request with an error response."""

    def __init__(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.answer = Response(status, text.encode(), TEXT_TYPE, headers or {})


def corrupted(kind: str, body: bytes) -> Response:
    """Return the response that fault `kind` makes of a page whose JSON is `body`."""
    if kind == "error_500":
        raise Refusal(500, "System.Data.SqlClient.SqlException: Timeout expired.")
    if kind in ("reset", "timeout"):
        return Response(200, cut="reset" if kind == "reset" else "timeout")
    if kind == "short_body":
        return Response(200, body, cut="short_body")
    if kind == "endless":
        return Response(200, b" " * 65_536, cut="endless")
    if kind == "bomb":
        return Response(200, _bomb(), headers={"Content-Encoding": "gzip"})
    if kind == "html":
        return Response(200, _HTML, "text/html; charset=utf-8")
    bodies = {
        "json_string": b'"An error has occurred while executing the request."',
        "truncated": body[: len(body) // 2],
        "control_character": _with_control_character(body),
        "empty_body": b"",
        "silent_empty": b"[]",
        "nested": b'[{"PartNumber":"A","Bin1":' + b"[" * 100_000,
    }
    return Response(200, bodies[kind])


def compressed(answer: Response, way: str) -> Response:
    """Return the response compressed as the setting `gzip` says, if the request accepts it; errors stay
    plain."""
    if way == "ignored" or answer.status != 200 or answer.cut == "endless" or answer.headers:
        return answer
    headers = {"Content-Encoding": "gzip"} if way == "content_encoding" else {}
    body = gzip.compress(answer.body, compresslevel=1, mtime=0)
    return replace(answer, body=body, headers={**answer.headers, **headers})


@cache
def _bomb() -> bytes:
    return gzip.compress(b"[" + b" " * (64 * 1024 * 1024), compresslevel=9, mtime=0)


def _with_control_character(body: bytes) -> bytes:
    """Insert a raw vertical tab into the first description, which strict JSON does not allow."""
    return body.replace(b'"Description":"', b'"Description":"\x0b', 1)
