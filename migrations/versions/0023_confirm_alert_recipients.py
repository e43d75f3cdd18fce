"""Confirm the recipients of alerts by a link

Recipients that exist now stay confirmed. Messages get two further events: the link to confirm, and word that a
dealer's daily limit of alert emails was reached.

Revision: 0023
Follows: 0022
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from migrations.operations import (
    create_index,
    drop_index,
    is_postgresql,
    rebuild_sqlite_table,
    replace_check,
)

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

TABLE, CHECK, INDEX = 'alert_deliveries', 'ck_alert_deliveries_event_known', 'ix_alert_deliveries_confirmations'
BEFORE = (
    *('opened', 'recovered', 'test', 'digest'),
    *('invitation', 'reset', 'password_changed', 'second_factor_changed'),
)
NEW = ('confirmation', 'limit')
OF_CONFIRMATIONS = sa.text("event = 'confirmation'")


def upgrade() -> None:
    op.add_column('alert_contacts', sa.Column('unconfirmed', sa.JSON(), nullable=True))
    _let_events_be((*BEFORE, *NEW))
    create_index(INDEX, TABLE, ['recipient', 'id'], postgresql_where=OF_CONFIRMATIONS, sqlite_where=OF_CONFIRMATIONS)


def downgrade() -> None:
    drop_index(INDEX, TABLE)
    op.execute(f"DELETE FROM {TABLE} WHERE event IN {NEW!r}")
    _let_events_be(BEFORE)
    op.drop_column('alert_contacts', 'unconfirmed')


def _let_events_be(words: tuple[str, ...]) -> None:
    """Change the closed list of what messages are about."""
    condition = f"event IN ({', '.join(map(repr, words))})"
    if is_postgresql():
        replace_check(TABLE, CHECK, condition)
    else:
        rebuild_sqlite_table(TABLE, lambda sql: re.sub(r"event IN \('opened', 'recovered', 'test'[^)]*\)", condition, sql))
