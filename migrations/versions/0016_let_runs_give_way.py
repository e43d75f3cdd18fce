"""Let runs give way to others that have not begun

Revision: 0016
Follows: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

COUNTS = ('gave_way', 'gave_way_seconds')


def upgrade() -> None:
    for name in COUNTS:
        op.add_column('runs', sa.Column(name, sa.Integer(), nullable=False, server_default='0'))
    op.add_column('runs', sa.Column('gave_way_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('runs', 'gave_way_at')
    for name in reversed(COUNTS):
        op.drop_column('runs', name)
