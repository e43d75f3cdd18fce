"""Lock figures of products

Revision: 0048
Follows: 0047
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0048'
down_revision = '0047'
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text('ended_at IS NULL')
ENDS = sa.text('ended_at IS NULL AND until IS NOT NULL')


def upgrade() -> None:
    op.create_table(
        'product_locks',
        sa.Column('id', BIG_ID, nullable=False),
        _key_to('dealers', 'dealer_id'),
        _key_to('products', 'product_id'),
        sa.Column('quantity', sa.Integer(), nullable=True),
        sa.Column('sale_price_cents', sa.Integer(), nullable=True),
        sa.Column('lead_time_days', sa.Integer(), nullable=True),
        sa.Column('is_hidden', sa.Boolean(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        _key_to('users', 'owner_id', nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('until', MOMENT, nullable=True),
        sa.Column('ended_at', MOMENT, nullable=True),
        sa.Column('ended_how', sa.Text(), nullable=True),
        _key_to('users', 'ended_by_id', nullable=True),
        _check('quantity_range', 'quantity >= 0'),
        _check('sale_price_range', 'sale_price_cents > 0'),
        _check('lead_time_range', 'lead_time_days BETWEEN 0 AND 365'),
        _check(
            'locks_something',
            'is_hidden OR quantity IS NOT NULL OR sale_price_cents IS NOT NULL OR lead_time_days IS NOT NULL',
        ),
        _check('ending_known', "ended_how IN ('changed', 'removed', 'expired')"),
        _check('ended_somehow', '(ended_at IS NULL) = (ended_how IS NULL)'),
        sa.PrimaryKeyConstraint('id', name='pk_product_locks'),
    )
    of_product = ['dealer_id', 'product_id']
    op.create_index(
        'uq_product_locks_open',
        'product_locks',
        of_product,
        unique=True,
        postgresql_where=OPEN,
        sqlite_where=OPEN,
    )
    op.create_index('ix_product_locks_dealer_id_product_id', 'product_locks', of_product)
    op.create_index(
        'ix_product_locks_until', 'product_locks', ['until'], postgresql_where=ENDS, sqlite_where=ENDS
    )


def downgrade() -> None:
    op.drop_table('product_locks')


def _check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f'ck_product_locks_{name}'))


def _key_to(target: str, column: str, *, nullable: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey(f'{target}.id', name=f'fk_product_locks_{column}')
    return sa.Column(column, sa.Integer(), key, nullable=nullable)
