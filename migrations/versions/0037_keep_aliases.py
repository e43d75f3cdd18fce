"""Keep aliases of part numbers, and decisions about skipped parts

A run of the kind `alias` applies stored pulls. It requests nothing, so that it says nothing about whether syncing works:
the recent runs leave it out.

Revision: 0037
Follows: 0036
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from migrations.operations import is_postgresql, rebuild_sqlite_table, replace_check

revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
KEY = sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')
MOMENT = sa.DateTime(timezone=True)
PENDING = sa.text('planned < version')
FAULTY = sa.text('fault IS NOT NULL')

TRIGGERS = "trigger IN ('scheduled', 'manual', 'command', 'retry', 'alias')"
FORMER_TRIGGERS = "trigger IN ('scheduled', 'manual', 'command', 'retry')"

KEEP = """
    INSERT INTO recent_runs (dealer_id, last_id, last_status, succeeded_at, unmatched)
    SELECT r.dealer_id, r.id, r.status, (
               SELECT s.finished_at FROM runs AS s
               WHERE s.dealer_id = r.dealer_id AND s.status = 'succeeded'{of_kind_s}
               ORDER BY s.id DESC LIMIT 1
           ), (
               SELECT sum(i.skipped) * 1.0 / nullif(sum(i.skipped) + sum(i.synced), 0)
               FROM run_items AS i
               WHERE i.run_id = (
                   SELECT k.id FROM runs AS k
                   WHERE k.dealer_id = r.dealer_id AND k.status IN ('succeeded', 'partial'){of_kind_k}
                   ORDER BY k.id DESC LIMIT 1
               )
           )
    FROM runs AS r
    WHERE r.id = (
        SELECT l.id FROM runs AS l WHERE l.dealer_id = {dealer_id}{of_kind_l} ORDER BY l.id DESC LIMIT 1
    )
    ON CONFLICT (dealer_id) DO UPDATE
       SET last_id = excluded.last_id,
           last_status = excluded.last_status,
           succeeded_at = excluded.succeeded_at,
           unmatched = excluded.unmatched
"""
FORGET = 'DELETE FROM recent_runs WHERE dealer_id = old.dealer_id'
CHANGES = {
    'runs_added': ('INSERT', 'new'),
    'runs_changed': ('UPDATE OF status, finished_at', 'new'),
    'runs_removed': ('DELETE', 'old'),
}


def upgrade() -> None:
    # First, as an attempt that is interrupted in it can be repeated.
    _replace_triggers(TRIGGERS, but_alias=True)
    _create_tables()


def downgrade() -> None:
    op.execute("UPDATE runs SET \"trigger\" = 'command' WHERE \"trigger\" = 'alias'")
    _replace_triggers(FORMER_TRIGGERS, but_alias=False)
    for table in ('ignored_parts', 'rejected_candidates', 'alias_versions', 'aliases'):
        op.drop_table(table)


def _create_tables() -> None:
    op.create_table(
        'aliases',
        sa.Column('id', BIG_ID, nullable=False),
        _key_to('dealers', 'aliases', 'dealer_id'),
        _key_to('manufacturers', 'aliases', 'manufacturer_id'),
        sa.Column('key', KEY, nullable=False),
        sa.Column('part_number', sa.Text(), nullable=False),
        _key_to('products', 'aliases', 'product_id'),
        sa.Column('target_number', sa.Text(), nullable=False),
        sa.Column('kind', sa.Text(), nullable=False),
        sa.Column('created_at', MOMENT, nullable=False),
        _key_to('users', 'aliases', 'created_by_id', nullable=True),
        sa.Column('fault', sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('punctuation', 'leading_zeros', 'supersession', 'upc', 'manual')",
            name=op.f('ck_aliases_kind_known'),
        ),
        sa.CheckConstraint("fault IN ('target_gone', 'matches_itself')", name=op.f('ck_aliases_fault_known')),
        sa.PrimaryKeyConstraint('id', name='pk_aliases'),
        sa.UniqueConstraint('dealer_id', 'manufacturer_id', 'key', name='uq_aliases_dealer_id_manufacturer_id_key'),
    )
    op.create_index(
        'ix_aliases_dealer_id_manufacturer_id_product_id', 'aliases', ['dealer_id', 'manufacturer_id', 'product_id']
    )
    op.create_index(
        'ix_aliases_faulty', 'aliases', ['dealer_id'], postgresql_where=FAULTY, sqlite_where=FAULTY
    )
    op.create_table(
        'alias_versions',
        sa.Column('dealer_id', sa.Integer(), nullable=False),
        sa.Column('manufacturer_id', sa.Integer(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('planned', sa.Integer(), nullable=False, server_default='0'),
        sa.PrimaryKeyConstraint('dealer_id', 'manufacturer_id', name='pk_alias_versions'),
    )
    op.create_index(
        'ix_alias_versions_pending', 'alias_versions', ['dealer_id'], postgresql_where=PENDING, sqlite_where=PENDING
    )
    op.create_table(
        'rejected_candidates',
        _key_to('dealers', 'rejected_candidates', 'dealer_id'),
        sa.Column('key', KEY, nullable=False),
        sa.Column('candidate_key', KEY, nullable=False),
        sa.Column('part_number', sa.Text(), nullable=False),
        sa.Column('candidate', sa.Text(), nullable=False),
        sa.Column('created_at', MOMENT, nullable=False),
        _key_to('users', 'rejected_candidates', 'created_by_id', nullable=True),
        sa.PrimaryKeyConstraint('dealer_id', 'key', 'candidate_key', name='pk_rejected_candidates'),
    )
    op.create_table(
        'ignored_parts',
        _key_to('dealers', 'ignored_parts', 'dealer_id'),
        sa.Column('code_key', KEY, nullable=False),
        sa.Column('key', KEY, nullable=False),
        sa.Column('supplier_code', sa.Text(), nullable=False),
        sa.Column('part_number', sa.Text(), nullable=False),
        sa.Column('why', sa.Text(), nullable=False),
        sa.Column('created_at', MOMENT, nullable=False),
        _key_to('users', 'ignored_parts', 'created_by_id', nullable=True),
        sa.PrimaryKeyConstraint('dealer_id', 'code_key', 'key', name='pk_ignored_parts'),
    )


def _key_to(target: str, table: str, column: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(
        column, sa.Integer(), sa.ForeignKey(f'{target}.id', name=f'fk_{table}_{column}'), nullable=nullable
    )


def _replace_triggers(condition: str, *, but_alias: bool) -> None:
    if is_postgresql():
        replace_check('runs', 'ck_runs_trigger_known', condition)
        op.execute(_function(but_alias=but_alias))
        return
    rebuild_sqlite_table('runs', lambda sql: re.sub(r'trigger IN \([^)]*\)', condition, sql))
    for name, (change, row) in CHANGES.items():
        forget = f'{FORGET};' if row == 'old' else ''
        op.execute(f'DROP TRIGGER {name}')
        keep = _keep(f'{row}.dealer_id', but_alias=but_alias)
        op.execute(f'CREATE TRIGGER {name} AFTER {change} ON runs BEGIN {forget} {keep}; END')


def _function(*, but_alias: bool) -> str:
    return f"""
        CREATE OR REPLACE FUNCTION keep_recent_runs() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                {FORGET};
                {_keep('old.dealer_id', but_alias=but_alias)};
            ELSE
                {_keep('new.dealer_id', but_alias=but_alias)};
            END IF;
            RETURN NULL;
        END $$
    """


def _keep(dealer_id: str, *, but_alias: bool) -> str:
    kinds = {f'of_kind_{name}': f" AND {name}.\"trigger\" <> 'alias'" if but_alias else '' for name in 'skl'}
    return KEEP.format(dealer_id=dealer_id, **kinds)
