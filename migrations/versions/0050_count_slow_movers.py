"""Keep the parts in stock that are too old for updates

Revision: 0050
Follows: 0049
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0050'
down_revision = '0049'
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
KEY = sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')


def upgrade() -> None:
    op.create_table(
        'slow_mover_codes',
        *_code('slow_mover_codes'),
        sa.Column('supplier_code', sa.Text(), nullable=False),
        sa.Column('parts', sa.Integer(), nullable=False),
        sa.Column('units', BIG_ID, nullable=False),
        sa.Column('value_cents', BIG_ID, nullable=False),
        sa.Column('is_protected', sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column('counted_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('error', sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint('dealer_id', 'code_key', name='pk_slow_mover_codes'),
    )
    op.create_table(
        'slow_movers',
        *_code('slow_movers'),
        sa.Column('key', KEY, nullable=False),
        sa.Column('part_number', sa.Text(), nullable=False),
        sa.Column('description', sa.Text(), nullable=False),
        sa.Column('quantity', sa.Integer(), nullable=False),
        sa.Column('retail_cents', sa.Integer(), nullable=True),
        sa.Column('value_cents', BIG_ID, nullable=False),
        sa.Column('changed_on', sa.Date(), nullable=False),
        sa.Column('sold_on', sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint('dealer_id', 'code_key', 'key', name='pk_slow_movers'),
    )


def downgrade() -> None:
    op.drop_table('slow_movers')
    op.drop_table('slow_mover_codes')


def _code(table: str) -> tuple[sa.Column, ...]:
    key = sa.ForeignKey('dealers.id', name=f'fk_{table}_dealer_id')
    return sa.Column('dealer_id', sa.Integer(), key, nullable=False), sa.Column('code_key', KEY, nullable=False)
