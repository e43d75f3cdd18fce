"""Keep live requests for one part, and their answers

Revision: 0036
Follows: 0035
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        'part_requests',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('dealer_id', sa.Integer(), nullable=False),
        sa.Column('part_number', sa.Text(), nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('requested_at', MOMENT, nullable=False),
        sa.Column('answered_at', MOMENT, nullable=True),
        sa.Column('rows', sa.JSON(), nullable=True),
        sa.Column('error', sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'answered', 'failed')", name=op.f('ck_part_requests_state_known')
        ),
        sa.ForeignKeyConstraint(['dealer_id'], ['dealers.id'], name=op.f('fk_part_requests_dealer_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_part_requests')),
    )
    op.create_index('ix_part_requests_dealer_id_id', 'part_requests', ['dealer_id', 'id'])
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        'uq_part_requests_waiting',
        'part_requests',
        ['dealer_id'],
        unique=True,
        postgresql_where=waiting,
        sqlite_where=waiting,
    )


def downgrade() -> None:
    op.drop_table('part_requests')
