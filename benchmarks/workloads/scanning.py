"""A scan of a dealer's stock for unmapped codes, and the evaluation of what it found (R20, R21)."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import select

from benchmarks.service import CMF, PASSWORD, USERNAME
from jobs.discovery.scan_codes import scan_codes
from jobs.sync import client_factory
from webapp.code_discovery import evaluation, scans
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import CodeScan, CodeSuggestion, Dealer, FoundCode


class ScanCodes:
    """`codes scan` of a new dealer, who has no supplier codes yet."""

    def __init__(self) -> None:
        self._dealer = Dealer(name="Many Codes", timezone="America/Chicago")
        db.session.add(self._dealer)
        db.session.commit()
        configurations.save_credentials(
            configurations.of(self._dealer), enabled=True, cmf=CMF, username=USERNAME, password=PASSWORD
        )
        scans.request(self._dealer, "command")
        self._id = self._dealer.id

    def run(self) -> None:
        if not scan_codes(self._id, client_factory.connect):
            raise SystemExit("the scan was left")

    def facts(self) -> dict[str, Any]:
        scan = db.session.get_one(CodeScan, self._id, populate_existing=True)
        if scan.status != "succeeded":
            raise SystemExit(scan.error or scan.status)
        counts = {name: getattr(scan, name) for name in ("parts", "codes", "requests")}
        number = scan.number
        started = time.perf_counter()
        evaluation.evaluate(self._id, number)
        return {**counts, "evaluation": time.perf_counter() - started, "first": self._first()}

    def _first(self) -> dict[str, str]:
        """The first suggestion of each code."""
        rows = db.session.scalars(select(CodeSuggestion).where(CodeSuggestion.place == 1)).unique()
        codes = dict(db.session.execute(select(FoundCode.code_key, FoundCode.code)).all())
        return {codes[row.code_key]: row.manufacturer.name for row in rows}
