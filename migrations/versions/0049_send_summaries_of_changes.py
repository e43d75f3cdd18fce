"""Send summaries of changes to the recipients of alerts that chose them

Revision: 0049
Follows: 0048
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from migrations.operations import is_postgresql, rebuild_sqlite_table, replace_check

revision = '0049'
down_revision = '0048'
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = sa.DateTime(timezone=True)
PERIODS = "period IN ('daily', 'weekly')"
TABLE, EVENTS, OF_EVENT = 'alert_deliveries', 'ck_alert_deliveries_event_known', 'ck_alert_deliveries_summary_of_event'
BEFORE = (
    *('opened', 'recovered', 'test', 'digest'),
    *('invitation', 'reset', 'password_changed', 'second_factor_changed'),
    *('confirmation', 'limit', 'weekly', 'freezes'),
)
NEW = 'summary'
CONDITION = f"(summary_id IS NOT NULL) = (event = '{NEW}')"


def upgrade() -> None:
    # First, as an attempt that is interrupted in it can be repeated.
    columns = {column['name'] for column in sa.inspect(op.get_bind()).get_columns(TABLE)}
    if 'summary_id' not in columns:
        op.add_column(TABLE, sa.Column('summary_id', BIG_ID, nullable=True))
    _let_events_be((*BEFORE, NEW))
    if is_postgresql():
        replace_check(TABLE, OF_EVENT, CONDITION)
    else:
        rebuild_sqlite_table(TABLE, _with_check)
    _create_tables()


def downgrade() -> None:
    op.execute(f"DELETE FROM {TABLE} WHERE event = '{NEW}'")
    if is_postgresql():
        op.execute(f'ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {OF_EVENT}')
    else:
        rebuild_sqlite_table(TABLE, lambda sql: sql.replace(f'CONSTRAINT {OF_EVENT} CHECK ({CONDITION}), ', ''))
    op.drop_column(TABLE, 'summary_id')
    _let_events_be(BEFORE)
    op.drop_table('change_summaries')
    op.drop_table('summary_choices')


def _create_tables() -> None:
    op.create_table(
        'summary_choices',
        _dealer('summary_choices'),
        sa.Column('channel', sa.Text(), nullable=False),
        sa.Column('address_key', sa.Text(), nullable=False),
        sa.Column('period', sa.Text(), nullable=False),
        sa.Column('since', MOMENT, nullable=False),
        sa.CheckConstraint("channel IN ('email', 'webhook')", name=op.f('ck_summary_choices_channel_known')),
        sa.CheckConstraint(PERIODS, name=op.f('ck_summary_choices_period_known')),
        sa.PrimaryKeyConstraint('dealer_id', 'channel', 'address_key', name='pk_summary_choices'),
    )
    op.create_table(
        'change_summaries',
        sa.Column('id', BIG_ID, nullable=False),
        _dealer('change_summaries'),
        sa.Column('period', sa.Text(), nullable=False),
        sa.Column('starts_on', sa.Date(), nullable=False),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('body', sa.Text(), nullable=False),
        sa.CheckConstraint(PERIODS, name=op.f('ck_change_summaries_period_known')),
        sa.PrimaryKeyConstraint('id', name='pk_change_summaries'),
        sa.UniqueConstraint(
            'dealer_id', 'period', 'starts_on', name='uq_change_summaries_dealer_id_period_starts_on'
        ),
    )


def _dealer(table: str) -> sa.Column[int]:
    key = sa.ForeignKey('dealers.id', name=f'fk_{table}_dealer_id')
    return sa.Column('dealer_id', sa.Integer(), key, nullable=False)


def _let_events_be(words: tuple[str, ...]) -> None:
    """Change the closed list of what messages are about."""
    condition = f"event IN ({', '.join(map(repr, words))})"
    if is_postgresql():
        replace_check(TABLE, EVENTS, condition)
    else:
        rebuild_sqlite_table(TABLE, lambda sql: re.sub(r"event IN \('opened', 'recovered', 'test'[^)]*\)", condition, sql))


def _with_check(sql: str) -> str:
    other = 'CONSTRAINT ck_alert_deliveries_digest_day'
    return sql.replace(other, f'CONSTRAINT {OF_EVENT} CHECK ({CONDITION}), {other}')
