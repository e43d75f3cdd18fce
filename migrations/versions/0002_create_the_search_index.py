"""Create the search index

It has a form of its own on each database and no model (webapp/webstore).

Revision: 0002
Follows: 0001
"""

from __future__ import annotations

from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

POSTGRESQL = (
    """
    CREATE TABLE webstore_documents (
        dealer_id integer NOT NULL REFERENCES dealers (id),
        product_id integer NOT NULL,
        catalog text NOT NULL,
        brand text NOT NULL,
        mpn text NOT NULL,
        name text NOT NULL,
        shelf_quantity bigint NOT NULL,
        sale_price_cents integer,
        lead_time_days integer,
        part_numbers text NOT NULL,
        words tsvector NOT NULL,
        PRIMARY KEY (dealer_id, product_id)
    )
    """,
    "CREATE INDEX webstore_documents_words ON webstore_documents USING gin (words)",
)

# A document's words are changed in the FTS5 index only if they differ: most changes are of figures alone.
SQLITE = (
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


def upgrade() -> None:
    for statement in POSTGRESQL if op.get_bind().dialect.name == 'postgresql' else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        op.execute('DROP TABLE webstore_documents_words')
    op.execute('DROP TABLE webstore_documents')
