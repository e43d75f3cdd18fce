"""Request body that is withheld until its limits are known, then read once.

Otherwise the form is parsed wherever a hook or handler first accesses it: before the user is known, while a
database transaction is open, and again in the handlers of the error for its size.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Final

import flask
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge

URLENCODED: Final = "application/x-www-form-urlencoded"
CUT_OFF: Final = "The upload was cut off. Try again."


@dataclass(frozen=True)
class BodyLimits:
    """Maximum bytes of a body, bytes of one form field that isn't a file, and number of fields."""

    total: int
    field: int
    fields: int


class Request(flask.Request):
    """Request whose form, files and data are empty until `read_body`."""

    def withhold_body(self) -> None:
        """Make the body appear empty, without reading it."""
        nothing = self.parameter_storage_class()
        self.__dict__.update(form=nothing, files=nothing, stream=BytesIO(), _cached_data=b"")
        for derived in ("data", "values"):
            self.__dict__.pop(derived, None)

    @property
    def has_body(self) -> bool:
        """Return whether the request has a body, by its length or in chunks."""
        return bool(self.content_length) or "Transfer-Encoding" in self.headers

    def read_body(self, limits: BodyLimits) -> None:
        """Read the whole body and parse it if it is a form.

        Raises RequestEntityTooLarge, or BadRequest for a truncated or malformed body; the body is withheld
        then.
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
        # Errors of the server's stream: the client disconnected, stalled, or sent malformed chunks.
        except Exception as error:
            self.withhold_body()
            raise BadRequest(CUT_OFF) from error

    def _parse(self, most_fields: int) -> None:
        if self.mimetype == "multipart/form-data":
            self._load_form_data()
            return
        body = self.get_data(cache=True)
        if self.content_length is None:
            # Werkzeug truncates a chunked body at the limit without an error.
            if self.max_content_length is not None and len(body) >= self.max_content_length:
                raise RequestEntityTooLarge
        elif len(body) < self.content_length:
            # A truncated form could be taken for a complete one: gunicorn ends the body where the client
            # disconnected.
            raise BadRequest(CUT_OFF)
        # Werkzeug counts only the parts of multipart forms.
        if self.mimetype == URLENCODED and body.count(b"&") >= most_fields:
            raise RequestEntityTooLarge
        self._load_form_data()
