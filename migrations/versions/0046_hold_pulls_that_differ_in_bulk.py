"""Hold pulls that differ in bulk from the stored ones

Revision: 0046
Follows: 0045
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0046'
down_revision = '0045'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
KEY_TEXT = sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("state IN ('held', 'applying', 'kept')")
DUE = sa.text("state IN ('held', 'applying')")


def upgrade() -> None:
    op.create_table(
        'held_pulls',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('dealer_id', sa.Integer(), nullable=False),
        sa.Column('run_id', sa.Integer(), nullable=False),
        sa.Column('run_item_id', BIG, nullable=False),
        sa.Column('supplier_code', sa.Text(), nullable=False),
        sa.Column('code_key', KEY_TEXT, nullable=False),
        sa.Column('reasons', sa.JSON(), nullable=False),
        sa.Column('rows', sa.Integer(), nullable=False),
        sa.Column('planned', sa.JSON(), nullable=False),
        sa.Column('largest', sa.LargeBinary(), nullable=False),
        sa.Column('digest', sa.LargeBinary(), nullable=False),
        sa.Column('quantity_column', sa.Text(), nullable=False),
        sa.Column('gathered_at', MOMENT),
        sa.Column('gathered_from', MOMENT),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('held_at', MOMENT, nullable=False),
        sa.Column('apply_at', MOMENT),
        sa.Column('decided_at', MOMENT),
        sa.Column('decided_by_id', sa.Integer()),
        sa.CheckConstraint(
            "state IN ('held', 'applying', 'applied', 'kept', 'overtaken', 'expired')",
            name=op.f('ck_held_pulls_state_known'),
        ),
        sa.ForeignKeyConstraint(['dealer_id'], ['dealers.id'], name=op.f('fk_held_pulls_dealer_id')),
        sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_held_pulls_decided_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_held_pulls')),
    )
    op.create_index(
        'uq_held_pulls_open',
        'held_pulls',
        ['dealer_id', 'code_key'],
        unique=True,
        postgresql_where=OPEN,
        sqlite_where=OPEN,
    )
    op.create_index(
        'ix_held_pulls_due', 'held_pulls', ['apply_at'], postgresql_where=DUE, sqlite_where=DUE
    )
    op.create_index('ix_held_pulls_run_id', 'held_pulls', ['run_id'])
    op.create_table(
        'held_pull_rows',
        sa.Column('held_pull_id', sa.Integer(), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('body', sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ['held_pull_id'], ['held_pulls.id'], name=op.f('fk_held_pull_rows_held_pull_id'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('held_pull_id', 'position', name=op.f('pk_held_pull_rows')),
    )


def downgrade() -> None:
    op.drop_table('held_pull_rows')
    op.drop_table('held_pulls')
