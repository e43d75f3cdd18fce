"""Key rotation: encrypts stored secrets again with the first of `CREDENTIALS_KEYS`, so that old keys can be
removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import inspect, select, update

from webapp.core import vault
from webapp.extensions import db
from webapp.models import AlertRecipients, Configuration, Organization, User

# All columns with values made by `vault.seal`.
SEALED: Final = (
    Configuration.sealed_password,
    Organization.sealed_password,
    AlertRecipients.sealed_webhook_secret,
    User.tf_totp_secret,
)


@dataclass(frozen=True)
class RotationResult:
    """Number of secrets encrypted again; table and id of rows that no key decrypts."""

    count: int
    unreadable: list[str]


def reseal() -> RotationResult:
    """Encrypt every stored secret again, and commit. Secrets saved in the meantime are not overwritten."""
    count, unreadable = 0, []
    for column in SEALED:
        number = inspect(column.class_).primary_key[0]
        rows = db.session.execute(select(number, column).where(column.is_not(None))).all()
        for row_number, token in rows:
            try:
                count += _replace(column, number == row_number, token, vault.reseal(token))
            except vault.SealedError:
                unreadable.append(f"{column.class_.__tablename__} {row_number}")
    db.session.commit()
    return RotationResult(count, unreadable)


def _replace(column: Any, is_row: Any, was: str, becomes: str) -> int:
    statement = update(column.class_).where(is_row, column == was).values({column.key: becomes})
    result: Any = db.session.execute(statement)
    return int(result.rowcount)
