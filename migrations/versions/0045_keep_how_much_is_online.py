"""Keep how much of the stock is online, day by day, and how old the data is

What the blocks of stored pulls have in stock is unknown until a run has counted it.

Revision: 0045
Follows: 0044
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0045'
down_revision = '0044'
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
KEY = sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')
COUNTS = {
    'stock_parts': sa.Integer(),
    'stock_units': BIG_ID,
    'stock_cents': BIG_ID,
    'online_units': BIG_ID,
    'online_cents': BIG_ID,
}


def upgrade() -> None:
    for name, kind in COUNTS.items():
        op.add_column('pull_blocks', sa.Column(name, kind, nullable=True))
    op.add_column(
        'configurations', sa.Column('hold_old_data', sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        'coverage_days',
        _dealer('coverage_days'),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('code_key', KEY, nullable=False),
        sa.Column('supplier_code', sa.Text(), nullable=False),
        sa.Column('parts', sa.Integer(), nullable=False),
        sa.Column('parts_online', sa.Integer(), nullable=False),
        *(
            sa.Column(name, BIG_ID, nullable=False)
            for name in ('units', 'units_online', 'value_cents', 'value_online_cents')
        ),
        sa.PrimaryKeyConstraint('dealer_id', 'day', 'code_key', name='pk_coverage_days'),
    )
    op.create_table(
        'stock_summaries',
        _dealer('stock_summaries'),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('parts', sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Double(), nullable=True)
            for name in ('online', 'online_value', 'usual', 'usual_value')
        ),
        sa.Column('fallen', sa.JSON(), nullable=False),
        sa.Column('data_age_minutes', sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint('dealer_id', name='pk_stock_summaries'),
    )


def downgrade() -> None:
    op.drop_table('stock_summaries')
    op.drop_table('coverage_days')
    op.drop_column('configurations', 'hold_old_data')
    for name in COUNTS:
        op.drop_column('pull_blocks', name)


def _dealer(table: str) -> sa.Column[int]:
    key = sa.ForeignKey('dealers.id', name=f'fk_{table}_dealer_id')
    return sa.Column('dealer_id', sa.Integer(), key, nullable=False)
