from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from mercer.core.errors import Invalid, NotFound, Unavailable
from mercer.store.store import Store
from mercer.store.writing import Written

Rows = Callable[..., pl.DataFrame]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def numbers(store: Store, table: str) -> list[int]:
    with store.engine.connect() as connection:
        return list(connection.exec_driver_sql(f'SELECT _stored FROM "{table}" ORDER BY _stored').scalars())


def test_an_event_sent_twice_is_there_once(store: Store, events: Rows) -> None:
    """Events are idempotent by event_id, also within one frame, and the first one stays."""
    assert store.write("events", events("a", "b", event_name="search")) == Written(added=2)
    assert store.write("events", events("b", "c", "c")) == Written(added=1, unchanged=2)
    assert store.rows("events") == 3
    assert store.frame("events", ["event_name"], {"event_id": "b"}).item() == "search"


def test_an_upsert_sets_exactly_the_columns_that_are_present(store: Store, rows: Rows) -> None:
    """The title changes, the brand stays; a null that is present is set too."""
    store.write("products", rows("products", product_id="k", title="Kettle", brand="Bo", material="steel"))
    assert store.write("products", rows("products", product_id="k", title="Red kettle", material=None)) == Written(
        0, 1, 0
    )
    assert store.frame("products", ["title", "brand", "material"]).row(0) == ("Red kettle", "Bo", None)


def test_of_equal_keys_in_one_frame_the_last_counts_in_an_upsert(store: Store, rows: Rows) -> None:
    """And writing the same frame again changes nothing."""
    twice = rows("products", product_id=["k", "k", "m"], title=["first", "last", "mug"])
    assert store.write("products", twice) == Written(added=2, unchanged=1)
    assert store.frame("products", ["title"], {"product_id": "k"}).item() == "last"
    assert store.write("products", twice) == Written(unchanged=3)


def test_rows_that_are_there_can_be_kept(store: Store, rows: Rows) -> None:
    """With keep, a table takes new keys only, and the first of several; writing without it still changes."""
    store.write("products", rows("products", product_id="a", title="first"))
    again = rows("products", product_id=["a", "b", "b"], title=["second", "one", "two"])
    with store.transaction() as writer:
        assert writer.write("products", again, keep=True) == Written(added=1, unchanged=2)
    assert sorted(store.frame("products", ["product_id", "title"]).rows()) == [("a", "first"), ("b", "one")]


def test_rows_that_do_not_differ_keep_their_number(store: Store, rows: Rows) -> None:
    """Only what really changed is seen by the next snapshot."""
    store.write("products", rows("products", product_id=["a", "b", "c"], title=["A", "B", "C"]))
    before = numbers(store, "products")
    assert store.write("products", rows("products", product_id=["a", "b", "c", "d"], title=["A", "B!", "C", "D"])) == (
        Written(added=1, changed=1, unchanged=2)
    )
    after = numbers(store, "products")
    assert len(set(after) & set(before)) == 2
    assert all(each > max(before) for each in set(after) - set(before))


def test_numbers_are_never_given_again(store: Store, events: Rows) -> None:
    """Deleting the newest rows must not let later ones hide behind a snapshot's mark."""
    store.write("events", events("a", customer="bob"))
    store.write("events", events("b", customer="ann"))
    highest = max(numbers(store, "events"))
    store.forget("ann")
    store.write("events", events("c", customer="bob"))
    assert max(numbers(store, "events")) > highest


def test_many_rows_take_the_bulk_road_and_arrive_alike(store: Store, events: Rows) -> None:
    """More rows than one slice, and than travel as arrays: all of them, once, in any second order."""
    many = events(*(f"e{place}" for place in range(60_000)))
    assert store.write("events", many) == Written(added=60_000)
    assert store.write("events", many.reverse()) == Written(unchanged=60_000)
    assert store.frame("events", ["event_id"]).to_series().sort().equals(many["event_id"].sort())


@pytest.mark.parametrize("copies", [1, 300])
def test_every_kind_of_cell_comes_back_as_it_went_in(store: Store, rows: Rows, copies: int) -> None:
    """Lists, times to the microsecond, numbers, flags, quotes, line ends, empty text and Chinese, by both roads."""
    customers = rows(
        "customers", customer_id=[f"c{place}" for place in range(copies)], accepts_marketing=True, attributes='{"a": 1}',
        created_at=NOON + timedelta(microseconds=1), city="上海", region="", name='say "hi",\nand \\N', segment=None,
    )  # fmt: skip
    store.write("customers", customers)
    assert store.frame("customers", customers.columns).sort("customer_id").equals(customers.sort("customer_id"))
    products = rows(
        "products", product_id=[f"p{place}" for place in range(copies)], rating_value=0.1 + 0.2, rating_count=2**53 + 1,
        categories=[["厨房 > 水壶", 'say "hi", [so]'], [], None][:copies] + [None] * (copies - 3),
    )  # fmt: skip
    store.write("products", products)
    assert store.frame("products", products.columns).sort("product_id").equals(products.sort("product_id"))


def test_live_rows_are_found_by_equal_values_and_pages(store: Store, events: Rows) -> None:
    """where, limit and offset; in the order in which rows were stored."""
    for name in ("a", "b", "c", "d"):
        store.write("events", events(name, customer="ann" if name != "b" else None))
    assert store.frame("events", ["event_id"], {"customer_id": "ann"}, limit=2, offset=1).to_series().to_list() == [
        "c",
        "d",
    ]
    assert store.frame("events", ["event_id"], {"customer_id": None}).item() == "b"
    assert store.frame("events", ["event_id"], {"occurred_at": NOON}).height == 4
    assert store.frame("events", where={"event_id": "none"}).is_empty()


def test_a_transaction_that_fails_leaves_nothing(store: Store, events: Rows, rows: Rows) -> None:
    """Two writings and the progress of an import, then a mistake: none is kept."""

    def write_and_fail() -> None:
        with store.transaction() as writer:
            writer.write("events", events("a"))
            writer.write("products", rows("products", product_id="p"))
            writer.import_progress("f1", "events.csv", "own", 1, True)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert (store.rows("events"), store.rows("products"), store.imports.done("f1")) == (0, 0, None)


def test_the_progress_of_an_import_is_kept_with_its_rows(store: Store, events: Rows) -> None:
    """Noted twice, it is the later state."""
    for records, finished in ((1, False), (2, True)):
        with store.transaction() as writer:
            writer.write("events", events(f"e{records}"))
            writer.import_progress("f1", "events.csv", "own", records, finished)
    state = store.imports.done("f1")
    assert state is not None
    assert (state.name, state.importer, state.records, state.finished) == ("events.csv", "own", 2, True)
    assert store.imports.list() == [state]


def test_what_is_not_in_the_table_is_refused(store: Store, rows: Rows) -> None:
    """Unknown tables and columns, and rows without their key; columns with "_" are left out."""
    with pytest.raises(NotFound, match="no table"):
        store.write("kettles", rows("products", product_id="k"))
    with pytest.raises(Invalid, match="colour"):
        store.write("products", pl.DataFrame({"product_id": ["k"], "colour": ["red"]}))
    with pytest.raises(Invalid, match="without its key"):
        store.write("products", rows("products", product_id=["k", None]))
    with pytest.raises(Invalid, match="without its key"):
        store.write("products", rows("products", title="Kettle"))
    with pytest.raises(Invalid, match="colour"):
        store.frame("products", ["colour"])
    assert store.write("products", rows("products", product_id="k").with_columns(_line=1)) == Written(added=1)


def test_no_rows_are_no_trouble(store: Store, rows: Rows) -> None:
    """An empty frame is written in no time."""
    assert store.write("products", rows("products", product_id=[])) == Written()


def test_a_missing_database_file_is_not_made_by_accident(tmp_path: Path) -> None:
    """Opening without create says how to make a shop."""
    with pytest.raises(NotFound, match=r"none\.db"):
        Store.open(f"sqlite:///{tmp_path / 'none.db'}")
    assert not (tmp_path / "none.db").exists()


def test_a_database_without_tables_is_not_a_shop(address: str, tmp_path: Path) -> None:
    """An empty file, or an empty PostgreSQL database."""
    (tmp_path / "shop.db").touch()
    with pytest.raises(NotFound, match="holds no shop"):
        Store.open(address)


@pytest.mark.parametrize("content", [b"this is not a database" * 100, b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_file_that_is_no_database_is_named_so(tmp_path: Path, content: bytes) -> None:
    """A bad file gives an error with a hint, not a driver's traceback."""
    (tmp_path / "shop.db").write_bytes(content)
    with pytest.raises(Unavailable, match="cannot be read"):
        Store.open(f"sqlite:///{tmp_path / 'shop.db'}", create=True)


@pytest.mark.parametrize("wrong", ["mysql://host/shop", "shop.db", "sqlite://", "", "http://example.com"])
def test_other_addresses_are_refused(wrong: str) -> None:
    """Only SQLite and PostgreSQL; the message shows no password."""
    with pytest.raises(Invalid, match="not the address"):
        Store.open(wrong)


def test_a_server_that_does_not_answer_is_unavailable() -> None:
    """Nobody listens there; the password is not shown."""
    with pytest.raises(Unavailable, match="does not answer") as caught:
        Store.open("postgresql://shop:secret@127.0.0.1:1/shop")
    assert "secret" not in str(caught.value)
