"""Files of report storage as downloads, read while they are sent."""

from __future__ import annotations

from contextlib import ExitStack

import structlog
from flask import Response, abort

from webapp.core import storage

log = structlog.get_logger(__name__)

CHUNK = 64 * 1024
NOT_KEPT = "This report is no longer kept in report storage."


def attachment(path: str, name: str) -> Response:
    """The stored CSV file under a name of its own; 404 where storage no longer has it, 503 if it is away."""
    opened = ExitStack()
    try:
        file = opened.enter_context(storage.open_for_reading(path))
    except storage.NotStored:
        abort(404, NOT_KEPT)
    except storage.StorageError as error:
        log.error("report.refused", error=str(error))
        abort(503)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    response = Response(iter(lambda: file.read(CHUNK), ""), mimetype="text/csv", headers=headers)
    response.call_on_close(opened.close)
    return response
