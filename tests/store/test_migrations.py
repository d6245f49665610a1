from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine

from mercer.core.errors import Conflict
from mercer.store.database import connect
from mercer.store.migrate import revision, revisions, upgrade
from mercer.store.sql import metadata
from mercer.store.store import Store


def shape(engine: Engine) -> dict[str, Any]:
    """Everything there is in a database, by name."""
    look = sa.inspect(engine)
    found: dict[str, Any] = {
        table: {
            "columns": [(each["name"], str(each["type"]), each["nullable"]) for each in look.get_columns(table)],
            "key": look.get_pk_constraint(table)["constrained_columns"],
            "unique": sorted(
                (each["name"] or "", tuple(each["column_names"])) for each in look.get_unique_constraints(table)
            ),
            "indexes": sorted((each["name"] or "", tuple(each["column_names"])) for each in look.get_indexes(table)),
        }
        for table in look.get_table_names()
        if table != "alembic_version"
    }
    if engine.dialect.name == "postgresql":
        found["sequences"] = look.get_sequence_names()
    return found


def test_all_steps_from_nothing_give_the_declared_tables(address: str) -> None:
    """Columns, types, keys and indexes; alembic's own comparison agrees."""
    with Store.open(address, create=True) as store:
        migrated = shape(store.engine)
        with store.engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        with store.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE alembic_version")
            metadata.drop_all(connection)
        metadata.create_all(store.engine)
        assert migrated == shape(store.engine)


@pytest.mark.parametrize("behind", range(len(revisions()) - 1))
def test_an_older_database_is_brought_up_to_date_and_keeps_its_rows(address: str, behind: int) -> None:
    """Made at each step but the last, every table filled, opened by today's program."""
    step = revisions()[behind]
    engine = connect(address, create=True)
    upgrade(engine, step)
    assert revision(engine) == step
    before = filled(engine)
    assert {"products", "decisions"} <= set(before)
    engine.dispose()
    with Store.open(address) as store:
        assert revision(store.engine) == revisions()[-1]
        for name, row in before.items():
            with store.engine.connect() as connection:
                [found] = connection.execute(sa.text(f'SELECT * FROM "{name}"')).mappings()
            assert row.items() <= dict(found).items(), name
        assert store.frame("products", ["product_id", "title"]).row(0) == ("product_id é", "title é")
        assert len(store.id) == 32
        with store.transaction() as writer:
            assert writer.write("products", pl.DataFrame({"product_id": ["new"]})).added == 1


def filled(engine: Engine) -> dict[str, dict[str, Any]]:
    """One row in every table, with a value in every column; what was written."""
    found = sa.MetaData()
    found.reflect(engine)
    rows = {
        table.name: {column.name: a_value(column) for column in table.columns}
        for table in found.sorted_tables
        if table.name not in ("alembic_version", "about_store")
    }
    with engine.begin() as connection:
        for name, row in rows.items():
            connection.execute(sa.insert(found.tables[name]).values(**row))
    return rows


def a_value(column: sa.Column[Any]) -> Any:
    kinds: dict[type, Any] = {int: 7, float: 0.5, bool: True, bytes: b"x"}
    return kinds.get(column.type.python_type, f"{column.name} é")


def test_opening_again_changes_nothing(store_address: str) -> None:
    """The store keeps its own id."""
    with Store.open(store_address) as first:
        own = first.id
    with Store.open(store_address, create=True) as second:
        assert second.id == own


def test_a_newer_database_is_refused(address: str) -> None:
    """An old program must not touch what it does not understand."""
    with Store.open(address, create=True) as store, store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Conflict, match="newer version") as caught:
        Store.open(address)
    assert "pip install" in caught.value.hint.en


def test_somebody_elses_tables_are_not_taken_over(address: str) -> None:
    """A database that has a table 'products' already is refused whole."""
    engine = connect(address, create=True)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE products (anything INTEGER)")
    engine.dispose()
    with pytest.raises(Conflict, match="products"):
        Store.open(address, create=True)


def test_a_step_that_fails_leaves_nothing_of_itself(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second step meets a table in its way: the first one is undone with it."""
    engine = connect(address, create=True)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE numbers (anything INTEGER)")
    monkeypatch.setattr("mercer.store.migrate._refuse_strangers", lambda _: None)
    with pytest.raises(sa.exc.DBAPIError):
        upgrade(engine, revisions()[-1])
    assert sa.inspect(engine).get_table_names() == ["numbers"]
    engine.dispose()
