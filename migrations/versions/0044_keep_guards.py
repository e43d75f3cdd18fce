"""Keep guards of supplier codes, and count the prices that they block

The new columns have a constant default, so no table is rewritten. Nothing is guarded until a dealer says so.

Revision: 0044
Follows: 0043
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.operations import own_transactions

revision = '0044'
down_revision = '0043'
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')
MOMENT = sa.DateTime(timezone=True)
COUNTED = ('run_items', 'stored_pulls', 'pull_blocks')
NUMBERS = (
    'buffer_units',
    'buffer_percent',
    'max_quantity',
    'price_margin_percent',
    'max_price_change_percent',
)
ONE_BUFFER = 'buffer_units IS NULL OR buffer_percent IS NULL'


def upgrade() -> None:
    _create_tables()
    with own_transactions():
        for table in COUNTED:
            columns = {column['name'] for column in sa.inspect(op.get_bind()).get_columns(table)}
            if 'prices_blocked' not in columns:
                op.add_column(
                    table, sa.Column('prices_blocked', sa.Integer(), nullable=False, server_default='0')
                )


def downgrade() -> None:
    for table in reversed(COUNTED):
        op.drop_column(table, 'prices_blocked')
    for table in ('minimum_prices', 'price_allowances', 'code_guards', 'guard_settings'):
        op.drop_table(table)


def _create_tables() -> None:
    if sa.inspect(op.get_bind()).has_table('guard_settings'):
        # An attempt that was interrupted later made them.
        return
    op.create_table(
        'guard_settings',
        _key_to('dealers', 'guard_settings', 'dealer_id'),
        *_numbers(),
        sa.Column('blocks_placeholders', sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column('keeps_minimum_prices', sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column('placeholder_prices', sa.JSON(), nullable=False),
        sa.CheckConstraint(ONE_BUFFER, name=op.f('ck_guard_settings_one_buffer')),
        sa.PrimaryKeyConstraint('dealer_id', name='pk_guard_settings'),
    )
    op.create_table(
        'code_guards',
        *_of_code('code_guards'),
        *_numbers(),
        sa.Column('blocks_placeholders', sa.Boolean(), nullable=True),
        sa.Column('keeps_minimum_prices', sa.Boolean(), nullable=True),
        sa.CheckConstraint(ONE_BUFFER, name=op.f('ck_code_guards_one_buffer')),
        sa.PrimaryKeyConstraint('dealer_id', 'code_key', 'manufacturer_id', name='pk_code_guards'),
    )
    op.create_table(
        'price_allowances',
        *_of_code('price_allowances'),
        _key_to('products', 'price_allowances', 'product_id'),
        sa.Column('cents', sa.Integer(), nullable=True),
        sa.Column('supplier_code', sa.Text(), nullable=False),
        sa.Column('part_number', sa.Text(), nullable=False),
        sa.Column('created_at', MOMENT, nullable=False),
        _key_to('users', 'price_allowances', 'created_by_id', nullable=True),
        sa.PrimaryKeyConstraint(
            'dealer_id', 'code_key', 'manufacturer_id', 'product_id', name='pk_price_allowances'
        ),
    )
    op.create_table(
        'minimum_prices',
        _key_to('dealers', 'minimum_prices', 'dealer_id'),
        _key_to('manufacturers', 'minimum_prices', 'manufacturer_id'),
        sa.Column('key', KEY, nullable=False),
        sa.Column('part_number', sa.Text(), nullable=False),
        sa.Column('cents', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('dealer_id', 'manufacturer_id', 'key', name='pk_minimum_prices'),
    )


def _of_code(table: str) -> list[sa.Column[object]]:
    return [
        _key_to('dealers', table, 'dealer_id'),
        sa.Column('code_key', KEY, nullable=False),
        _key_to('manufacturers', table, 'manufacturer_id'),
    ]


def _numbers() -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Integer(), nullable=True) for name in NUMBERS]


def _key_to(target: str, table: str, column: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(
        column, sa.Integer(), sa.ForeignKey(f'{target}.id', name=f'fk_{table}_{column}'), nullable=nullable
    )
