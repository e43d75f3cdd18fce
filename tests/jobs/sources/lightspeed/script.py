"""A service that gives prepared responses in order, and then repeats the last one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

Row = dict[str, Any]


@dataclass
class Script:
    """Set `answers`, ask, and look at `requests`."""

    server: HTTPServer
    answers: list[Response] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    listed: list[Any] | None = None

    def __post_init__(self) -> None:
        # A path of its own: a request that an earlier test abandoned may still be on its way to the server.
        base = f"/{uuid4().hex}/lsapi"
        self.url = self.server.url_for(base)
        self.server.expect_request(f"{base}/Part/76014846").respond_with_handler(self._answer)

    def will_answer(self, *answers: Response) -> None:
        self.answers = list(answers)

    def will_list(self, records: Sequence[Any]) -> None:
        """Answer every request after the prepared ones with the records that it asks for."""
        self.listed = list(records)

    def skips(self) -> list[int]:
        """What `$skip` each request asked for."""
        return [int(request.args["$skip"]) for request in self.requests]

    def _answer(self, request: Request) -> Response:
        self.requests.append(request)
        if self.listed is not None and len(self.requests) > len(self.answers):
            skip, top = int(request.args["$skip"]), int(request.args["$top"])
            return page(self.listed[skip : skip + top])
        answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
        return Response(answer.data, answer.status_code, answer.headers)


def rows(first: int, count: int, **fields: Any) -> list[Row]:
    """So many records of TR, numbered from `first`."""
    return [{"PartNumber": f"P{n}", "SupplierCode": "TR", **fields} for n in range(first, first + count)]


def page(records: Sequence[Any]) -> Response:
    return body(json.dumps(records))


def body(text: str | bytes, status: int = 200, **headers: str) -> Response:
    return Response(text, status, {name.replace("_", "-"): value for name, value in headers.items()})
