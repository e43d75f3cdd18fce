"""An application with rows behind every address and users in every role, whose database can be restored."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from flask import Flask
from flask_security import hash_password
from werkzeug.test import TestResponse

from jobs import cli
from tests.conftest import settings
from tests.factories import (
    PASSWORD,
    make_alert,
    make_changes,
    make_configuration,
    make_dealer,
    make_held_clearing,
    make_held_pull,
    make_indexed_product,
    make_manufacturer,
    make_organization,
    make_preview,
    make_report,
    make_run,
    make_run_item,
    make_supplier_code,
    make_user,
)
from tests.webapp.client import session_of
from webapp.accounts import sessions
from webapp.application import create_app
from webapp.core import clock, storage, vault
from webapp.extensions import db
from webapp.freezes import freezing
from webapp.models import (
    AlertDelivery,
    AlertRecipients,
    AuditEntry,
    CatalogImport,
    Dealer,
    PartRequest,
    User,
)
from webapp.pulls.stock import Stock

# Another dealer's user; one of the same organization; the dealer's own; staff.
NOBODY, STRANGER, SIBLING, OWN, STAFF = ROLES = ("nobody", "stranger", "sibling", "own", "staff")
# What is written down with each request: neither is anybody's to see.
NOTED: Final = ("sign_ins",)
HTMX: Final[dict[str, str]] = {"HX-Request": "true"}

Rows = Mapping[str, object]


class SeededApp:
    """The application on a SQLite file of its own, with CSRF protection on, as it runs."""

    def __init__(self, template: Path, folder: Path) -> None:
        self._file, self._pristine = folder / "seeded.sqlite3", folder / "pristine.sqlite3"
        shutil.copy(template, self._file)
        address = f"sqlite:///{self._file}"
        # Rate limits are not tested here.
        changed = {"WTF_CSRF_ENABLED": True, "RATELIMIT_ENABLED": False}
        self.app: Flask = create_app(settings(address, folder) | changed)
        cli.register(self.app)
        self.rows: dict[str, Rows] = {}
        self._sessions = {NOBODY: ""}
        with self.app.app_context():
            self._settle()
            db.session.remove()
            db.engine.dispose()
        shutil.copy(self._file, self._pristine)
        self._restore()
        self._tokens = {role: self._token(role) for role in ROLES}

    def _settle(self) -> None:
        password = hash_password(PASSWORD)
        group = make_organization()
        for role, organization in ((STRANGER, None), (SIBLING, group), (OWN, group)):
            dealer = make_dealer(f"Dealer {role}", organization=organization)
            user = make_user(f"parts@{role}.example", dealer, password)
            self._sessions[role] = self._cookie(user)
            self.rows[role] = _stock(dealer) | _person(user)
        staff = make_user("support@example.com", password=password)
        self._sessions[STAFF] = self._cookie(staff)
        self.rows[STAFF] = {"import_id": _catalog_import(staff), "organization_id": group.id}

    def _cookie(self, user: User) -> str:
        signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        return str(signer.dumps(session_of(user)))

    def _token(self, role: str) -> str:
        path = {NOBODY: "/login", STAFF: "/dealers"}.get(role) or f"/dealers/{self.rows[role]['dealer_id']}"
        page = self.request(role, "GET", path)
        found = re.search(r"X-CSRFToken&#34;: &#34;([^&]+)&#34;", page.text)
        held = re.search(r"session=([^;]+)", page.headers.get("Set-Cookie", ""))
        assert found, path
        assert held, path
        self._sessions[role] = held[1]
        return found[1]

    def request(
        self, role: str, method: str, path: str, *, token: bool = False, **options: Any
    ) -> TestResponse:
        """The response to a user in this role, from a new client."""
        client = self.app.test_client()
        headers = dict(options.pop("headers", {}))
        if self._sessions[role]:
            client.set_cookie("session", self._sessions[role])
        if token:
            headers["X-CSRFToken"] = self._tokens[role]
        return client.open(path, method=method, headers=headers, **options)

    @contextmanager
    def restored(self) -> Iterator[None]:
        """Restore the database after the block if it has changed."""
        try:
            yield
        finally:
            if self._is_changed():
                self._restore()

    def _is_changed(self) -> bool:
        log = Path(f"{self._file}-wal")
        return (log.exists() and log.stat().st_size > 0) or self._file.stat().st_mtime_ns != self._mark

    def _restore(self) -> None:
        with self.app.app_context():
            db.engine.dispose()
        for end in ("-wal", "-shm"):
            Path(f"{self._file}{end}").unlink(missing_ok=True)
        fresh = self._file.with_suffix(".fresh")
        shutil.copy(self._pristine, fresh)
        fresh.replace(self._file)
        self._mark = self._file.stat().st_mtime_ns

    def all_rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table but what is noted with each request."""
        with closing(sqlite3.connect(self._file)) as connection:
            wanted = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
            names = [name for (name,) in connection.execute(wanted) if name not in NOTED]
            return {name: list(connection.execute(f'SELECT * FROM "{name}"')) for name in names}


def _stock(dealer: Dealer) -> dict[str, object]:
    """Something behind every address of the dealer, by the names that the addresses give their ids."""
    number = dealer.id
    make_configuration(dealer)
    maker = make_manufacturer(f"Maker {number}", "private_label", dealer)
    code = make_supplier_code(dealer, "TR", maker)
    product = make_indexed_product(dealer, maker, f"MPN-{number}")
    ended = make_run(dealer, "succeeded")
    make_report(ended, text=f"of dealer {number}\r\n")
    item = make_run_item(ended, "TR", frozen=1)
    for is_planned in (False, True):
        make_changes(item, (product, maker, None, Stock(1, None, 1)), is_planned=is_planned)
    later = clock.now() + timedelta(days=1)
    frozen = freezing.freeze(dealer, "all", reason=f"Stale at {number}", starts_at=later)
    clearing, pull = make_held_clearing(item), make_held_pull(item)
    make_alert(dealer, "stale", f"Stale at {number}.")
    secret = {"sealed_webhook_secret": vault.seal("whsec"), "secret_set_at": clock.now()}
    address = f"https://hooks-{number}.example.com/in"
    mailed = [f"boss@{number}.example"]
    db.session.add(AlertRecipients(dealer_id=number, recipients=mailed, webhook_url=address, **secret))
    delivery = {"event": "test", "channel": "email", "recipient": mailed[0], "state": "delivered"}
    db.session.add(AlertDelivery(dealer_id=number, **delivery))
    asked = PartRequest(dealer_id=number, part_number="A-1", state="answered", rows=[])
    db.session.add(asked)
    db.session.add(AuditEntry(actor="command", dealer_id=number, action="dealer.added", subject=dealer.name))
    db.session.commit()
    ids = {
        "run_id": ended.id,
        "code_id": code.id,
        "clearing_id": clearing.id,
        "pull_id": pull.id,
        "product_id": product.id,
        # The last one, as it depends on the others.
        "preview_id": make_preview(dealer, (product, maker, None, Stock(1, None, 1))).id,
    }
    ids |= {"freeze_id": frozen.id, "item_id": item.id}
    return ids | {"request_id": asked.id, "dealer_id": number, "kind": "inventory", "period": "daily"}


def _person(user: User) -> dict[str, object]:
    (here,) = sessions.of(user)
    return {"user_id": user.id, "sign_in_id": here.id}


def _catalog_import(staff: User) -> int:
    with storage.open_for_writing("imports/1/rejected.csv") as file:
        file.write("line,reason\r\n")
    sizes = {"bytes_total": 1, "rejected": 1, "rejected_path": "imports/1/rejected.csv"}
    row = CatalogImport(status="succeeded", file_name="a.csv", path="a", requested_by_id=staff.id, **sizes)
    db.session.add(row)
    db.session.commit()
    return row.id
