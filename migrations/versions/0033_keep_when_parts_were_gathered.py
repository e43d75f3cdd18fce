"""Keep how old the parts of each code were when a run received them

Revision: 0033
Follows: 0032
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None

COLUMNS = ('gathered_at', 'gathered_from')


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column('run_items', sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column('run_items', name)
