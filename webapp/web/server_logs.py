"""gunicorn's messages as events in the program's log format (webapp/core/logs.py).

The program logs each request (webapp/core/request_log.py), so gunicorn's access log is off unless enabled by
`--access-logfile`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog
from gunicorn.config import Config
from gunicorn.glogging import Logger

from webapp.core.logs import configure_logs

log = structlog.get_logger(__name__)


class EventLogger(Logger):
    """gunicorn logger that writes through structlog, from the first line of the master on."""

    def setup(self, cfg: Config) -> None:
        """Set the level from gunicorn's configuration; the handlers are ours."""
        super().setup(cfg)
        configure_logs()

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        """Log one request, without the query string, which holds search terms."""
        if not self.access_log_enabled:
            return
        log.info(
            "request.served",
            method=environ.get("REQUEST_METHOD"),
            path=environ.get("PATH_INFO"),
            status=int(str(resp.status).split(None, 1)[0]),
            bytes=getattr(resp, "sent", None),
            seconds=round(request_time.total_seconds(), 3),
            address=environ.get("REMOTE_ADDR"),
        )
