"""Start runs that apply a preview, a held pull or a restore

They request nothing, so that they say nothing about whether syncing works: the recent runs leave them out, like
those of the kind `alias`.

Revision: 0041
Follows: 0040
"""

from __future__ import annotations

import re

from alembic import op

from migrations.operations import is_postgresql, rebuild_sqlite_table, replace_check

revision = '0041'
down_revision = '0040'
branch_labels = None
depends_on = None

TRIGGERS = "trigger IN ('scheduled', 'manual', 'command', 'retry', 'alias', 'preview', 'held', 'restore')"
FORMER_TRIGGERS = "trigger IN ('scheduled', 'manual', 'command', 'retry', 'alias')"
CAUSES = "cause IN ('reported', 'cleared', 'moved', 'approved', 'removed', 'restored')"
FORMER_CAUSES = "cause IN ('reported', 'cleared', 'moved', 'approved', 'removed')"
STORED = "('alias', 'preview', 'held', 'restore')"
FORMER_STORED = "('alias')"

KEEP = """
    INSERT INTO recent_runs (dealer_id, last_id, last_status, succeeded_at, unmatched)
    SELECT r.dealer_id, r.id, r.status, (
               SELECT s.finished_at FROM runs AS s
               WHERE s.dealer_id = r.dealer_id AND s.status = 'succeeded' AND s."trigger" NOT IN {stored}
               ORDER BY s.id DESC LIMIT 1
           ), (
               SELECT sum(i.skipped) * 1.0 / nullif(sum(i.skipped) + sum(i.synced), 0)
               FROM run_items AS i
               WHERE i.run_id = (
                   SELECT k.id FROM runs AS k
                   WHERE k.dealer_id = r.dealer_id AND k.status IN ('succeeded', 'partial')
                     AND k."trigger" NOT IN {stored}
                   ORDER BY k.id DESC LIMIT 1
               )
           )
    FROM runs AS r
    WHERE r.id = (
        SELECT l.id FROM runs AS l
        WHERE l.dealer_id = {dealer_id} AND l."trigger" NOT IN {stored} ORDER BY l.id DESC LIMIT 1
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
    _replace(TRIGGERS, CAUSES, STORED)


def downgrade() -> None:
    op.execute("UPDATE runs SET \"trigger\" = 'command' WHERE \"trigger\" IN ('preview', 'held', 'restore')")
    op.execute("UPDATE item_changes SET cause = 'approved' WHERE cause = 'restored'")
    _replace(FORMER_TRIGGERS, FORMER_CAUSES, FORMER_STORED)


def _replace(triggers: str, causes: str, stored: str) -> None:
    if is_postgresql():
        replace_check('runs', 'ck_runs_trigger_known', triggers)
        replace_check('item_changes', 'ck_item_changes_cause_known', causes)
        op.execute(_function(stored))
        return
    rebuild_sqlite_table('item_changes', lambda sql: re.sub(r'cause IN \([^)]*\)', causes, sql))
    rebuild_sqlite_table('runs', lambda sql: re.sub(r'trigger IN \([^)]*\)', triggers, sql))
    for name, (change, row) in CHANGES.items():
        forget = f'{FORGET};' if row == 'old' else ''
        op.execute(f'DROP TRIGGER {name}')
        keep = KEEP.format(dealer_id=f'{row}.dealer_id', stored=stored)
        op.execute(f'CREATE TRIGGER {name} AFTER {change} ON runs BEGIN {forget} {keep}; END')


def _function(stored: str) -> str:
    return f"""
        CREATE OR REPLACE FUNCTION keep_recent_runs() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                {FORGET};
                {KEEP.format(dealer_id='old.dealer_id', stored=stored)};
            ELSE
                {KEEP.format(dealer_id='new.dealer_id', stored=stored)};
            END IF;
            RETURN NULL;
        END $$
    """
