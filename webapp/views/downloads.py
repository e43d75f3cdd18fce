"""Files of report storage as downloads, read while they are sent."""

from __future__ import annotations

from flask import Response, abort

from webapp import storage

CHUNK = 64 * 1024
NOT_KEPT = "This report is no longer kept in report storage."


def attachment(path: str, name: str) -> Response:
    """The stored CSV file under a name of its own; 404 where storage no longer has it."""
    try:
        file = storage.open_for_reading(path)
    except storage.StorageError:
        abort(404, NOT_KEPT)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    response = Response(iter(lambda: file.read(CHUNK), ""), mimetype="text/csv", headers=headers)
    response.call_on_close(file.close)
    return response
