"""The migrated schema is what the models say, on both databases, up and down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask, current_app
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from tests.conftest import settings
from webapp.application import create_app
from webapp.extensions import db
from webapp.models import Dealer
from webapp.search.document import Document
from webapp.search.search_index import search_index
from webapp.settings.config import ROOT


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An app on a database in which nothing has been created."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    else:
        url = request.getfixturevalue("postgres_server").create_database(f"empty_{uuid4().hex[:12]}")
    app = create_app(settings(url, tmp_path))
    with app.app_context():
        yield app
        db.engine.dispose()


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names())


def test_the_migrations_create_the_schema_of_the_models(empty: Flask) -> None:
    upgrade()
    migrate = current_app.extensions["migrate"]
    with db.engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_name": lambda name, kind, _: (
                    kind != "table" or not name.startswith("webstore_documents")
                ),
                "compare_type": True,
            },
        )
        assert compare_metadata(context, migrate.db.metadata) == []


def test_the_constraints_have_the_names_that_the_models_give_them(empty: Flask) -> None:
    upgrade()
    inspector = inspect(db.engine)
    for table in db.metadata.sorted_tables:
        checks = {check["name"] for check in inspector.get_check_constraints(table.name)}
        wanted = {str(one.name) for one in table.constraints if type(one).__name__ == "CheckConstraint"}
        assert wanted <= checks, table.name


def test_going_down_removes_everything_and_up_again_brings_it_back(empty: Flask) -> None:
    upgrade()
    made = tables()
    downgrade(revision="base")
    assert tables() <= {"alembic_version"}
    upgrade()
    assert tables() == made


def test_there_is_one_head() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1


def test_a_search_finds_what_it_found_after_documents_moved_between_partitions(empty: Flask) -> None:
    upgrade()
    dealers = [Dealer(name=f"Dealer {number}", timezone="America/Chicago") for number in range(40)]
    db.session.add_all(dealers)
    db.session.commit()
    ids = [dealer.id for dealer in dealers]
    documents = [
        Document(dealer_id, 1, "oem", "Honda", f"N{dealer_id}", "Chain", 1, None, None, "")
        for dealer_id in ids
    ]
    search_index(db.session.connection()).put(documents)
    db.session.commit()
    assert found(ids) == [[document] for document in documents]
    downgrade(revision="0016")
    upgrade()
    assert found(ids) == [[document] for document in documents]


def found(dealer_ids: list[int]) -> list[list[Document]]:
    """What a search for "chain" finds for each dealer."""
    index = search_index(db.session.connection())
    every = [index.search(dealer_id, "chain", 5) for dealer_id in dealer_ids]
    db.session.rollback()
    return every
