"""One preview of an update or of a change of settings, as a worker plans it."""

from __future__ import annotations

import json
from typing import Any

from jobs.previews.plan_preview import plan_preview
from jobs.sync import client_factory, rehearsal
from webapp.extensions import db
from webapp.models import Dealer, Preview, PreviewCode
from webapp.previews import requests


class PlanPreview:
    """The job of a preview, in a process that has rehearsed as a worker does; `overrides` is JSON."""

    def __init__(self, dealer_id: str, kind: str, overrides: str = "{}") -> None:
        rehearsal.rehearse()
        dealer = db.session.get_one(Dealer, int(dealer_id))
        self._preview = requests.request(dealer, kind, overrides=json.loads(overrides)).id

    def run(self) -> None:
        plan_preview(self._preview, client_factory.connect)

    def facts(self) -> dict[str, Any]:
        preview = db.session.get_one(Preview, self._preview, populate_existing=True)
        if preview.state != "ready":
            raise SystemExit(f"the preview is {preview.state}: {preview.reason}")
        codes = db.session.scalars(db.select(PreviewCode).where(PreviewCode.preview_id == preview.id)).all()
        return {"codes": len(codes)}
