"""Downloads from report storage, streamed."""

from __future__ import annotations

from contextlib import ExitStack

import structlog
from flask import Response, abort

from webapp.core import storage

log = structlog.get_logger(__name__)

CHUNK = 64 * 1024
NOT_KEPT = "This report is no longer kept in report storage."


def attachment(path: str, name: str) -> Response:
    """Send a stored CSV file under a given name; 404 if it no longer exists, 503 if storage is
    unavailable."""
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
