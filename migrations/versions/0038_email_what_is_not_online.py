"""Let messages be weekly summaries of what isn't online

Revision: 0038
Follows: 0037
"""

from __future__ import annotations

import re

from alembic import op

from migrations.operations import is_postgresql, rebuild_sqlite_table, replace_check

revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None

TABLE, CHECK = 'alert_deliveries', 'ck_alert_deliveries_event_known'
BEFORE = (
    *('opened', 'recovered', 'test', 'digest'),
    *('invitation', 'reset', 'password_changed', 'second_factor_changed'),
    *('confirmation', 'limit'),
)
NEW = 'weekly'


def upgrade() -> None:
    _let_events_be((*BEFORE, NEW))


def downgrade() -> None:
    op.execute(f"DELETE FROM {TABLE} WHERE event = '{NEW}'")
    _let_events_be(BEFORE)


def _let_events_be(words: tuple[str, ...]) -> None:
    """Change the closed list of what messages are about."""
    condition = f"event IN ({', '.join(map(repr, words))})"
    if is_postgresql():
        replace_check(TABLE, CHECK, condition)
    else:
        rebuild_sqlite_table(TABLE, lambda sql: re.sub(r"event IN \('opened', 'recovered', 'test'[^)]*\)", condition, sql))
