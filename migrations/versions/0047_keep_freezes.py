"""Keep freezes, what they kept back, and reminders of them

Revision: 0047
Follows: 0046
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from migrations.operations import is_postgresql, rebuild_sqlite_table, replace_check

revision = '0047'
down_revision = '0046'
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
KEY = sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')
OPEN = sa.text('ended_at IS NULL')
COUNTED = ('run_items', 'stored_pulls')

DELIVERIES, EVENTS = 'alert_deliveries', 'ck_alert_deliveries_event_known'
BEFORE = (
    *('opened', 'recovered', 'test', 'digest'),
    *('invitation', 'reset', 'password_changed', 'second_factor_changed'),
    *('confirmation', 'limit', 'weekly'),
)
NEW = 'freezes'


def upgrade() -> None:
    for table in COUNTED:
        op.add_column(table, sa.Column('frozen', sa.Integer(), nullable=False, server_default='0'))
    op.add_column('stored_pulls', sa.Column('frozen_until', MOMENT, nullable=True))
    _create_freezes()
    _let_events_be((*BEFORE, NEW))


def downgrade() -> None:
    op.execute(f"DELETE FROM {DELIVERIES} WHERE event = '{NEW}'")
    _let_events_be(BEFORE)
    op.drop_table('freezes')
    op.drop_column('stored_pulls', 'frozen_until')
    for table in COUNTED:
        op.drop_column(table, 'frozen')


def _create_freezes() -> None:
    op.create_table(
        'freezes',
        sa.Column('id', sa.Integer(), nullable=False),
        _key_to('dealers', 'dealer_id', nullable=False),
        sa.Column('scope', sa.Text(), nullable=False),
        sa.Column('code_key', KEY, nullable=True),
        sa.Column('supplier_code', sa.Text(), nullable=True),
        _key_to('manufacturers', 'manufacturer_id'),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('starts_at', MOMENT, nullable=False),
        sa.Column('ends_at', MOMENT, nullable=True),
        sa.Column('created_at', MOMENT, nullable=False),
        _key_to('users', 'created_by_id'),
        sa.Column('ended_at', MOMENT, nullable=True),
        sa.Column('released_at', MOMENT, nullable=True),
        _key_to('users', 'released_by_id'),
        sa.Column('reminded_at', MOMENT, nullable=True),
        sa.CheckConstraint(
            "scope IN ('code', 'manufacturer', 'all')", name=op.f('ck_freezes_scope_known')
        ),
        sa.CheckConstraint(
            "(scope = 'code') = (code_key IS NOT NULL)", name=op.f('ck_freezes_code_of_code')
        ),
        sa.CheckConstraint(
            "(scope = 'manufacturer') = (manufacturer_id IS NOT NULL)",
            name=op.f('ck_freezes_manufacturer_of_manufacturer'),
        ),
        sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_freezes_ends_after_start')),
        sa.CheckConstraint(
            'released_at IS NULL OR ended_at IS NOT NULL', name=op.f('ck_freezes_released_has_ended')
        ),
        sa.PrimaryKeyConstraint('id', name='pk_freezes'),
    )
    op.create_index('ix_freezes_dealer_id_id', 'freezes', ['dealer_id', 'id'])
    op.create_index('ix_freezes_open', 'freezes', ['dealer_id'], postgresql_where=OPEN, sqlite_where=OPEN)


def _key_to(target: str, column: str, *, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(
        column, sa.Integer(), sa.ForeignKey(f'{target}.id', name=f'fk_freezes_{column}'), nullable=nullable
    )


def _let_events_be(words: tuple[str, ...]) -> None:
    """Change the closed list of what messages are about."""
    condition = f"event IN ({', '.join(map(repr, words))})"
    if is_postgresql():
        replace_check(DELIVERIES, EVENTS, condition)
        return
    rebuild_sqlite_table(
        DELIVERIES, lambda sql: re.sub(r"event IN \('opened', 'recovered', 'test'[^)]*\)", condition, sql)
    )
