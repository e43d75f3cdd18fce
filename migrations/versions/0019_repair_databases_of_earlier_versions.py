"""Repair databases of earlier versions

Migrations 0001, 0002, 0005, 0008 and 0009 were changed after databases had been created by them. Each step
looks for what an earlier form of them left, and does nothing where there is nothing. On PostgreSQL steps commit
one by one; an interrupted attempt is continued by the next one.

Revision: 0019
Follows: 0018
"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

from migrations.operations import (
    drop_index,
    is_postgresql,
    is_validated,
    own_transactions,
    rebuild_sqlite_table,
    replace_check,
    sqlite_definition,
)

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

TRIGGERS = "trigger IN ('scheduled', 'manual', 'command', 'retry')"
RUNS_CHECK = 'ck_runs_trigger_known'
FORMER_INDEXES = (
    ('ix_part_matches_product', 'part_matches'),
    ('ix_shelf_stock_product_id', 'shelf_stock'),
)
FORMER_KEYS = (
    ('reindex_outbox', 'dealer_id'),
    ('reindex_outbox', 'product_id'),
    ('webstore_figures', 'dealer_id'),
    ('webstore_figures', 'product_id'),
    ('part_matches', 'run_item_id'),
    ('reported_parts', 'run_item_id'),
    ('shelf_stock', 'dealer_id'),
    ('shelf_stock', 'manufacturer_id'),
)
WITHOUT_STATISTICS = (
    ('reported_parts', 'run_item_id'),
    ('part_matches', 'run_item_id'),
    ('shelf_stock', 'changed_item_id'),
    ('shelf_stock', 'dealer_id'),
    ('webstore_figures', 'dealer_id'),
)
MATCH_KEY = ['run_item_id', 'reported_part_id', 'manufacturer_id']
# The spelling of a supplier code, for stock that was stored before it was kept: that of the dealer's list.
SPELLING = """
    coalesce((
        SELECT c.code FROM supplier_codes AS c
        WHERE c.dealer_id = shelf_stock.dealer_id AND c.code_key = shelf_stock.code_key
          AND c.manufacturer_id = shelf_stock.manufacturer_id
    ), shelf_stock.code_key)
"""
NOTE = "INSERT INTO reindex_outbox (dealer_id, product_id, noted_at) SELECT dealer_id, product_id, CURRENT_TIMESTAMP"

# As in migration 0009.
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
    CREATE OR REPLACE FUNCTION keep_recent_runs() RETURNS trigger LANGUAGE plpgsql AS $$
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

# As in migration 0002.
SEARCH = (
    'DROP TABLE webstore_documents_words',
    'DROP TABLE webstore_documents',
    """
    CREATE TABLE webstore_documents (
        id INTEGER PRIMARY KEY,
        dealer_id INTEGER NOT NULL REFERENCES dealers (id),
        product_id INTEGER NOT NULL,
        catalog TEXT NOT NULL,
        brand TEXT NOT NULL,
        mpn TEXT NOT NULL,
        name TEXT NOT NULL,
        shelf_quantity INTEGER NOT NULL,
        sale_price_cents INTEGER,
        lead_time_days INTEGER,
        part_numbers TEXT NOT NULL,
        words TEXT NOT NULL,
        numbers TEXT NOT NULL,
        stock TEXT NOT NULL
    )
    """,
    """
    CREATE VIRTUAL TABLE webstore_documents_words USING fts5 (
        words, numbers, stock, content = 'webstore_documents', content_rowid = 'id',
        tokenize = 'ascii', prefix = '2', columnsize = 0, detail = 'column'
    )
    """,
    """
    CREATE TRIGGER webstore_documents_added AFTER INSERT ON webstore_documents BEGIN
        INSERT INTO webstore_documents_words (rowid, words, numbers, stock)
        VALUES (new.id, new.words, new.numbers, new.stock);
    END
    """,
    """
    CREATE TRIGGER webstore_documents_removed AFTER DELETE ON webstore_documents BEGIN
        INSERT INTO webstore_documents_words (webstore_documents_words, rowid, words, numbers, stock)
        VALUES ('delete', old.id, old.words, old.numbers, old.stock);
    END
    """,
    """
    CREATE TRIGGER webstore_documents_changed AFTER UPDATE ON webstore_documents
    WHEN old.words <> new.words OR old.numbers <> new.numbers OR old.stock <> new.stock BEGIN
        INSERT INTO webstore_documents_words (webstore_documents_words, rowid, words, numbers, stock)
        VALUES ('delete', old.id, old.words, old.numbers, old.stock);
        INSERT INTO webstore_documents_words (rowid, words, numbers, stock)
        VALUES (new.id, new.words, new.numbers, new.stock);
    END
    """,
)
PARTITIONS = 16


def upgrade() -> None:
    for name, table in FORMER_INDEXES:
        if _has_index(name, table):
            drop_index(name, table)
    if is_postgresql():
        _repair_postgresql()
    else:
        _repair_sqlite()


def downgrade() -> None:
    """Nothing: what the upgrade brings about is what the migrations before it bring about now."""


def _repair_postgresql() -> None:
    for table, column in FORMER_KEYS:
        name = f'fk_{table}_{column}'
        if _has_key(name, table):
            op.execute(f'ALTER TABLE {table} DROP CONSTRAINT {name}')
    _repair_match_key()
    for table, column in WITHOUT_STATISTICS:
        if _statistics(table, column) != 0:
            op.execute(f'ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0')
    if not _has_column('recent_runs', 'unmatched'):
        op.add_column('recent_runs', sa.Column('unmatched', sa.Double()))
        op.execute(FUNCTION)
        op.execute(KEEP.format(dealer_id='r.dealer_id'))
    if "'retry'" not in _check(RUNS_CHECK) or not is_validated('runs', RUNS_CHECK):
        replace_check('runs', RUNS_CHECK, TRIGGERS)
    _keep_spellings()
    _note_former_documents()


def _repair_match_key() -> None:
    if sa.inspect(op.get_bind()).get_pk_constraint('part_matches')['constrained_columns'] == MATCH_KEY:
        return
    _remove_second_matches()
    op.drop_constraint('pk_part_matches', 'part_matches')
    op.create_primary_key('pk_part_matches', 'part_matches', MATCH_KEY)


def _remove_second_matches() -> None:
    """Of several products for one part and manufacturer keep the first; a finished code's rows are not read."""
    same = ' AND '.join(f'other.{column} = part_matches.{column}' for column in MATCH_KEY)
    op.execute(
        'DELETE FROM part_matches WHERE EXISTS (SELECT 1 FROM part_matches AS other'
        f' WHERE {same} AND other.product_id < part_matches.product_id)'
    )


def _keep_spellings() -> None:
    if not _has_column('shelf_stock', 'code'):
        op.execute("ALTER TABLE shelf_stock ADD COLUMN code text NOT NULL DEFAULT ''")
    elif _column('shelf_stock', 'code')['default'] is None:
        return
    dealers = op.get_bind().scalars(sa.text('SELECT id FROM dealers ORDER BY id')).all()
    with own_transactions():
        for dealer_id in dealers:
            op.execute(f"UPDATE shelf_stock SET code = {SPELLING} WHERE dealer_id = {dealer_id} AND code = ''")
        op.execute('ALTER TABLE shelf_stock ALTER COLUMN code DROP DEFAULT')


def _note_former_documents() -> None:
    """Have documents written anew, in the background, whose words have a former form.

    A search tells by these words what is in stock, and an exact number from others. The index knows quickly
    whether there is any such document.
    """
    former = sa.text("SELECT EXISTS (SELECT FROM webstore_documents WHERE words @@ '''+stock'''::tsquery)")
    if not op.get_bind().scalar(former):
        return
    is_former = "(words @@ '''+stock'''::tsquery OR NOT words @@ '''='':*'::tsquery)"
    with own_transactions():
        for place in range(PARTITIONS):
            op.execute(f'{NOTE} FROM webstore_documents_{place:02} WHERE {is_former}')


def _repair_sqlite() -> None:
    if not _has_column('webstore_documents', 'numbers'):
        for statement in SEARCH:
            op.execute(statement)
        op.execute(f'{NOTE} FROM webstore_figures')
    if not _has_column('recent_runs', 'unmatched'):
        _keep_recent_runs()
    if "'retry'" not in sqlite_definition('runs'):
        rebuild_sqlite_table('runs', _with_retry)
    if 'FLOAT' in sqlite_definition('unmatched_shares'):
        rebuild_sqlite_table('unmatched_shares', lambda sql: sql.replace('FLOAT', 'DOUBLE'))
    if not _has_column('shelf_stock', 'code'):
        rebuild_sqlite_table('shelf_stock', _with_spelling, {'code': SPELLING})
    for table in dict.fromkeys(table for table, _ in FORMER_KEYS):
        if any(_has_key(f'fk_{table}_{column}', table) for one, column in FORMER_KEYS if one == table):
            rebuild_sqlite_table(table, _without_keys(table))
    if sa.inspect(op.get_bind()).get_pk_constraint('part_matches')['constrained_columns'] != MATCH_KEY:
        _remove_second_matches()
        rebuild_sqlite_table('part_matches', _with_match_key)


def _keep_recent_runs() -> None:
    for name in CHANGES:
        op.execute(f'DROP TRIGGER {name}')
    op.add_column('recent_runs', sa.Column('unmatched', sa.Double()))
    for name, (change, row) in CHANGES.items():
        forget = f'{FORGET};' if row == 'old' else ''
        keep = KEEP.format(dealer_id=f'{row}.dealer_id')
        op.execute(f'CREATE TRIGGER {name} AFTER {change} ON runs BEGIN {forget} {keep}; END')
    op.execute(KEEP.format(dealer_id='r.dealer_id'))


def _with_retry(sql: str) -> str:
    return _changed(r'trigger IN \([^)]*\)', TRIGGERS, sql)


def _with_spelling(sql: str) -> str:
    return _changed(r'(code_key TEXT NOT NULL,)', r'\1 code TEXT NOT NULL,', sql)


def _with_match_key(sql: str) -> str:
    return _changed(r'PRIMARY KEY \([^)]*\)', f"PRIMARY KEY ({', '.join(MATCH_KEY)})", sql)


def _without_keys(table: str):
    names = '|'.join(f'fk_{table}_{column}' for one, column in FORMER_KEYS if one == table)
    key = rf',\s*CONSTRAINT (?:{names}) FOREIGN KEY\s*\(\w+\) REFERENCES \w+ \(\w+\)(?: ON DELETE CASCADE)?'
    return lambda sql: _changed(key, '', sql)


def _changed(pattern: str, replacement: str, sql: str) -> str:
    changed, count = re.subn(pattern, replacement, sql)
    if not count:
        raise RuntimeError(f'this table has a definition that no version created: {sql}')
    return changed


def _column(table: str, name: str) -> dict:
    return next((one for one in sa.inspect(op.get_bind()).get_columns(table) if one['name'] == name), {})


def _has_column(table: str, name: str) -> bool:
    return bool(_column(table, name))


def _has_index(name: str, table: str) -> bool:
    return any(index['name'] == name for index in sa.inspect(op.get_bind()).get_indexes(table))


def _has_key(name: str, table: str) -> bool:
    return any(key['name'] == name for key in sa.inspect(op.get_bind()).get_foreign_keys(table))


def _check(name: str) -> str:
    query = sa.text('SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name')
    return op.get_bind().scalar(query, {'name': name}) or ''


def _statistics(table: str, column: str) -> int | None:
    query = sa.text(
        'SELECT attstattarget FROM pg_attribute'
        ' WHERE attrelid = CAST(:table AS regclass) AND attname = :column'
    )
    return op.get_bind().scalar(query, {'table': table, 'column': column})
