"""Adds a dealer with every bulk code, connected to the simulator."""

from __future__ import annotations

import io
from typing import Any

from benchmarks.service import CMF, PASSWORD, USERNAME
from sandbox.samples.bulk import BULK_CODES, bulk_supplier_codes
from sandbox.samples.dealers import write_supplier_codes
from webapp import supplier_codes
from webapp.extensions import db
from webapp.lightspeed import configurations
from webapp.models import Dealer
from webapp.runs import readiness


class AddDealer:
    """A new dealer with the first `codes` of them; several may share the one that the simulator serves."""

    def __init__(self, name: str, codes: str = str(len(BULK_CODES))) -> None:
        self._codes = int(codes)
        self._dealer = Dealer(name=name, timezone="America/Chicago")

    def run(self) -> None:
        db.session.add(self._dealer)
        db.session.commit()
        file = io.StringIO()
        write_supplier_codes(file, bulk_supplier_codes()[: self._codes])
        supplier_codes.import_csv(self._dealer, io.BytesIO(file.getvalue().encode()))
        configurations.save_credentials(
            configurations.of(self._dealer), enabled=True, cmf=CMF, username=USERNAME, password=PASSWORD
        )
        # As the validation would find, which no worker carries out here.
        configurations.of(self._dealer).check_state = "connected"
        readiness.refresh(self._dealer.id)
        db.session.commit()

    def facts(self) -> dict[str, Any]:
        return {"dealer": self._dealer.id}
