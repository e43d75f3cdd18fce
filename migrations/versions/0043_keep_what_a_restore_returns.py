"""Keep what a restore returns to its earlier state

Revision: 0043
Follows: 0042
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0043'
down_revision = '0042'
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table(
        'restores',
        sa.Column('run_id', sa.Integer(), nullable=False),
        sa.Column('before_run_id', sa.Integer(), nullable=False),
        sa.Column('since_id', BIG_ID, nullable=False),
        sa.Column('through_id', BIG_ID, nullable=False),
        sa.Column('code_keys', sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(['run_id'], ['runs.id'], name=op.f('fk_restores_run_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('run_id', name=op.f('pk_restores')),
    )


def downgrade() -> None:
    op.drop_table('restores')
