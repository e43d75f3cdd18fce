"""Create the alerts, their deliveries and contacts, and what their causes remember

Revision: 0008
Follows: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text('closed_at IS NULL')
WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    _create_alerts()
    _create_deliveries()
    _create_contacts()
    op.create_table('alert_watches',
    sa.Column('dealer_id', sa.Integer(), nullable=False),
    sa.Column('since', MOMENT, nullable=False),
    sa.ForeignKeyConstraint(['dealer_id'], ['dealers.id'], name=op.f('fk_alert_watches_dealer_id')),
    sa.PrimaryKeyConstraint('dealer_id', name=op.f('pk_alert_watches'))
    )
    op.create_table('unmatched_shares',
    sa.Column('dealer_id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=False),
    sa.Column('parts', sa.Integer(), nullable=False),
    sa.Column('share', sa.Double(), nullable=False),
    sa.Column('usual', sa.Double(), nullable=True),
    sa.ForeignKeyConstraint(['dealer_id'], ['dealers.id'], name=op.f('fk_unmatched_shares_dealer_id')),
    sa.PrimaryKeyConstraint('dealer_id', name=op.f('pk_unmatched_shares'))
    )


def _create_alerts() -> None:
    op.create_table('alerts',
    sa.Column('id', BIG, nullable=False),
    sa.Column('dealer_id', sa.Integer(), nullable=True),
    sa.Column('dealer_key', sa.Integer(), nullable=False),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('sentence', sa.Text(), nullable=False),
    sa.Column('opened_at', MOMENT, nullable=False),
    sa.Column('closed_at', MOMENT, nullable=True),
    sa.CheckConstraint('dealer_key = coalesce(dealer_id, 0)', name=op.f('ck_alerts_key_is_dealer')),
    sa.ForeignKeyConstraint(['dealer_id'], ['dealers.id'], name=op.f('fk_alerts_dealer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alerts'))
    )
    op.create_index('uq_alerts_open', 'alerts', ['dealer_key', 'cause', 'subject'], unique=True, postgresql_where=OPEN, sqlite_where=OPEN)
    op.create_index('ix_alerts_dealer_key_id', 'alerts', ['dealer_key', 'id'], unique=False)


def _create_deliveries() -> None:
    op.create_table('alert_deliveries',
    sa.Column('id', BIG, nullable=False),
    sa.Column('alert_id', BIG, nullable=True),
    sa.Column('dealer_id', sa.Integer(), nullable=True),
    sa.Column('event', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('recipient', sa.Text(), nullable=False),
    sa.Column('digest_on', sa.Date(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('created_at', MOMENT, nullable=False),
    sa.Column('next_attempt_at', MOMENT, nullable=False),
    sa.Column('finished_at', MOMENT, nullable=True),
    sa.Column('error', sa.Text(), nullable=True),
    sa.CheckConstraint("event IN ('opened', 'recovered', 'test', 'digest')", name=op.f('ck_alert_deliveries_event_known')),
    sa.CheckConstraint("channel IN ('email', 'webhook')", name=op.f('ck_alert_deliveries_channel_known')),
    sa.CheckConstraint("state IN ('waiting', 'delivered', 'failed', 'dropped')", name=op.f('ck_alert_deliveries_state_known')),
    sa.CheckConstraint("(alert_id IS NOT NULL) = (event IN ('opened', 'recovered'))", name=op.f('ck_alert_deliveries_alert_of_event')),
    sa.CheckConstraint("(digest_on IS NOT NULL) = (event = 'digest')", name=op.f('ck_alert_deliveries_digest_day')),
    sa.ForeignKeyConstraint(['alert_id'], ['alerts.id'], name=op.f('fk_alert_deliveries_alert_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['dealer_id'], ['dealers.id'], name=op.f('fk_alert_deliveries_dealer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alert_deliveries')),
    sa.UniqueConstraint('alert_id', 'event', 'channel', 'recipient', name=op.f('uq_alert_deliveries_alert_id_event_channel_recipient')),
    sa.UniqueConstraint('digest_on', 'recipient', name=op.f('uq_alert_deliveries_digest_on_recipient'))
    )
    op.create_index('ix_alert_deliveries_waiting', 'alert_deliveries', ['next_attempt_at', 'id'], unique=False, postgresql_where=WAITING, sqlite_where=WAITING)
    op.create_index('ix_alert_deliveries_dealer_id_id', 'alert_deliveries', ['dealer_id', 'id'], unique=False)


def _create_contacts() -> None:
    op.create_table('alert_contacts',
    sa.Column('dealer_id', sa.Integer(), nullable=False),
    sa.Column('recipients', sa.JSON(), nullable=False),
    sa.Column('webhook_url', sa.Text(), nullable=True),
    sa.Column('sealed_webhook_secret', sa.Text(), nullable=True),
    sa.Column('secret_set_at', MOMENT, nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('(webhook_url IS NULL) = (sealed_webhook_secret IS NULL)', name=op.f('ck_alert_contacts_webhook_whole')),
    sa.ForeignKeyConstraint(['dealer_id'], ['dealers.id'], name=op.f('fk_alert_contacts_dealer_id')),
    sa.PrimaryKeyConstraint('dealer_id', name=op.f('pk_alert_contacts'))
    )


def downgrade() -> None:
    op.drop_table('unmatched_shares')
    op.drop_table('alert_watches')
    op.drop_table('alert_contacts')
    op.drop_index('ix_alert_deliveries_dealer_id_id', table_name='alert_deliveries')
    op.drop_index('ix_alert_deliveries_waiting', table_name='alert_deliveries')
    op.drop_table('alert_deliveries')
    op.drop_index('ix_alerts_dealer_key_id', table_name='alerts')
    op.drop_index('uq_alerts_open', table_name='alerts')
    op.drop_table('alerts')
