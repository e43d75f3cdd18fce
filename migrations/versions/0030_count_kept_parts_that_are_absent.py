"""Count separately the kept parts that a pull does not contain

The rows that a run received are then the sum of synced, skipped, merged and kept ones. The new columns have a
constant default, so no table is rewritten. Pulls from before count none.

Revision: 0030
Follows: 0029
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.operations import own_transactions

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None

TABLES = ('run_items', 'stored_pulls')


def upgrade() -> None:
    with own_transactions():
        for table in TABLES:
            columns = {column['name'] for column in sa.inspect(op.get_bind()).get_columns(table)}
            if 'kept_absent' not in columns:
                op.add_column(
                    table, sa.Column('kept_absent', sa.Integer(), nullable=False, server_default='0')
                )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_column(table, 'kept_absent')
