"""Keep each dealer's recent runs and shelf totals at hand for the home pages

Revision: 0009
Follows: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')

# Read anew from the indexes at each change of a run: whatever order changes come in, the answer is right.
KEEP = """
    INSERT INTO recent_runs (dealer_id, last_id, last_status, succeeded_at, unmatched)
    SELECT r.dealer_id, r.id, r.status, (
               SELECT s.finished_at FROM runs AS s
               WHERE s.dealer_id = r.dealer_id AND s.status = 'succeeded'
               ORDER BY s.id DESC LIMIT 1
           ), (
               SELECT sum(i.skipped) * 1.0 / nullif(sum(i.skipped) + sum(i.synced), 0)
               FROM run_items AS i
               WHERE i.run_id = (
                   SELECT k.id FROM runs AS k
                   WHERE k.dealer_id = r.dealer_id AND k.status IN ('succeeded', 'partial')
                   ORDER BY k.id DESC LIMIT 1
               )
           )
    FROM runs AS r
    WHERE r.id = (SELECT max(id) FROM runs WHERE dealer_id = {dealer_id})
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
FUNCTION = f"""
    CREATE FUNCTION keep_recent_runs() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            {FORGET};
            {KEEP.format(dealer_id='old.dealer_id')};
        ELSE
            {KEEP.format(dealer_id='new.dealer_id')};
        END IF;
        RETURN NULL;
    END $$
"""

TOTALS = """
    INSERT INTO shelf_totals (dealer_id, catalog, products, pieces)
    SELECT w.dealer_id, p.catalog, count(*), sum(w.shelf_quantity)
    FROM webstore_figures AS w
    JOIN products AS p ON p.id = w.product_id
    WHERE w.shelf_quantity > 0
    GROUP BY w.dealer_id, p.catalog
"""


def upgrade() -> None:
    op.create_table(
        'recent_runs',
        _dealer('recent_runs'),
        sa.Column('last_id', sa.Integer(), nullable=False),
        sa.Column('last_status', sa.Text(), nullable=False),
        sa.Column('succeeded_at', MOMENT),
        sa.Column('unmatched', sa.Double()),
        sa.PrimaryKeyConstraint('dealer_id', name='pk_recent_runs'),
    )
    op.create_table(
        'shelf_totals',
        _dealer('shelf_totals'),
        sa.Column('catalog', sa.Text(), nullable=False),
        sa.Column('products', sa.Integer(), nullable=False),
        sa.Column('pieces', BIG, nullable=False),
        sa.PrimaryKeyConstraint('dealer_id', 'catalog', name='pk_shelf_totals'),
    )
    _keep_recent_runs()
    op.execute(KEEP.format(dealer_id='r.dealer_id'))
    op.execute(TOTALS)


def _dealer(table: str) -> sa.Column[int]:
    key = sa.ForeignKey('dealers.id', name=f'fk_{table}_dealer_id')
    return sa.Column('dealer_id', sa.Integer(), key, nullable=False)


def _keep_recent_runs() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(FUNCTION)
        for name, (change, _) in CHANGES.items():
            each = f'CREATE TRIGGER {name} AFTER {change} ON runs FOR EACH ROW'
            op.execute(f'{each} EXECUTE FUNCTION keep_recent_runs()')
        return
    for name, (change, row) in CHANGES.items():
        forget = f'{FORGET};' if row == 'old' else ''
        keep = KEEP.format(dealer_id=f'{row}.dealer_id')
        op.execute(f'CREATE TRIGGER {name} AFTER {change} ON runs BEGIN {forget} {keep}; END')


def downgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == 'postgresql'
    for name in CHANGES:
        op.execute(f'DROP TRIGGER {name}' + (' ON runs' if is_postgresql else ''))
    if is_postgresql:
        op.execute('DROP FUNCTION keep_recent_runs()')
    op.drop_table('shelf_totals')
    op.drop_table('recent_runs')
