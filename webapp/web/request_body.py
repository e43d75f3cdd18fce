"""The body of a request: withheld until its limits are decided, then read once.

A form that is parsed wherever a hook or a handler first looks at it is parsed before anything is known of the
sender, while a database transaction is open, and again in the handlers of the error that its size raised.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Final

import flask
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge

URLENCODED: Final = "application/x-www-form-urlencoded"
CUT_OFF: Final = "The request could not be read to its end. Please try again."


@dataclass(frozen=True)
class BodyLimits:
    """The most bytes that a body may have, bytes of one field that is no file, and fields."""

    total: int
    field: int
    fields: int


class Request(flask.Request):
    """A request whose form, files and data are empty except after `read_body`."""

    def withhold_body(self) -> None:
        """Have every later look at the body find nothing, without reading it."""
        nothing = self.parameter_storage_class()
        self.__dict__.update(form=nothing, files=nothing, stream=BytesIO(), _cached_data=b"")
        for derived in ("data", "values"):
            self.__dict__.pop(derived, None)

    @property
    def has_body(self) -> bool:
        """Whether a body was announced, by its length or in chunks."""
        return bool(self.content_length) or "Transfer-Encoding" in self.headers

    def read_body(self, limits: BodyLimits) -> None:
        """Read it all and parse it if it is a form.

        Raises RequestEntityTooLarge, or BadRequest for one that ends early or is framed wrongly; the body is
        withheld then.
        """
        for name in ("form", "files", "stream", "_cached_data"):
            self.__dict__.pop(name, None)
        self.max_content_length = limits.total
        self.max_form_memory_size = limits.field
        self.max_form_parts = limits.fields
        try:
            self._parse(limits.fields)
        except HTTPException:
            self.withhold_body()
            raise
        # Whatever the server's own stream raises: the client went away, stalled, or sent broken chunks.
        except Exception as error:
            self.withhold_body()
            raise BadRequest(CUT_OFF) from error

    def _parse(self, most_fields: int) -> None:
        if self.mimetype == "multipart/form-data":
            self._load_form_data()
            return
        body = self.get_data(cache=True)
        if self.content_length is None:
            # Werkzeug cuts what comes in chunks at the limit, and says nothing.
            if self.max_content_length is not None and len(body) >= self.max_content_length:
                raise RequestEntityTooLarge
        elif len(body) < self.content_length:
            # Half a form could be taken for a whole one: gunicorn ends it where the client went away.
            raise BadRequest(CUT_OFF)
        # Werkzeug counts the parts of a multipart form alone.
        if self.mimetype == URLENCODED and body.count(b"&") >= most_fields:
            raise RequestEntityTooLarge
        self._load_form_data()
