"""Hold clearings that look like a mistake, and try codes again

Revision: 0012
Follows: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
KEY_TEXT = sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')
STANDING = sa.text("state IN ('held', 'applying', 'kept')")
RETRY = sa.text('retry_of_id IS NOT NULL')
COUNTS = (('runs', 'retry_number'), ('run_items', 'held'), ('run_items', 'tries'))


def upgrade() -> None:
    op.add_column('runs', sa.Column('retry_of_id', sa.Integer()))
    for table, column in COUNTS:
        op.add_column(table, sa.Column(column, sa.Integer(), nullable=False, server_default='0'))
    op.create_index('ix_runs_retry_of_id', 'runs', ['retry_of_id'], postgresql_where=RETRY, sqlite_where=RETRY)
    op.create_table(
        'held_clearings',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('dealer_id', sa.Integer(), nullable=False),
        sa.Column('run_id', sa.Integer(), nullable=False),
        sa.Column('run_item_id', BIG, nullable=False),
        sa.Column('supplier_code', sa.Text(), nullable=False),
        sa.Column('code_key', KEY_TEXT, nullable=False),
        sa.Column('products', sa.Integer(), nullable=False),
        sa.Column('stocked', sa.Integer(), nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('held_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('decided_at', sa.DateTime(timezone=True)),
        sa.Column('decided_by_id', sa.Integer()),
        sa.CheckConstraint(
            "state IN ('held', 'applying', 'applied', 'kept', 'confirmed', 'overtaken')",
            name=op.f('ck_held_clearings_state_known'),
        ),
        sa.CheckConstraint(
            'products > 0 AND products <= stocked', name=op.f('ck_held_clearings_products_range')
        ),
        sa.ForeignKeyConstraint(['dealer_id'], ['dealers.id'], name=op.f('fk_held_clearings_dealer_id')),
        sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_held_clearings_decided_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_held_clearings')),
    )
    op.create_index(
        'uq_held_clearings_standing',
        'held_clearings',
        ['dealer_id', 'code_key'],
        unique=True,
        postgresql_where=STANDING,
        sqlite_where=STANDING,
    )
    op.create_index('ix_held_clearings_run_item_id', 'held_clearings', ['run_item_id'])


def downgrade() -> None:
    op.drop_table('held_clearings')
    op.drop_index('ix_runs_retry_of_id', 'runs')
    for table, column in reversed(COUNTS):
        op.drop_column(table, column)
    op.drop_column('runs', 'retry_of_id')
