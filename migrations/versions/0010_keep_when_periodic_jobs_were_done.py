"""Keep when each periodic job was last done

Revision: 0010
Follows: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'periodic_jobs',
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('done_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_periodic_jobs')),
    )


def downgrade() -> None:
    op.drop_table('periodic_jobs')
