from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from mercer.core.errors import NotFound
from mercer.store.blobs import Blobs
from mercer.store.decisions import Decision
from mercer.store.snapshots import Snapshots
from mercer.store.store import Store
from mercer.store.writing import Written

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def events(*ids: str, at: datetime = NOON, customer: str = "ann") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "event_id": ids,
            "event_name": ["view_item"] * len(ids),
            "occurred_at": [at] * len(ids),
            "customer_id": [customer] * len(ids),
        }
    ).with_columns(pl.col("occurred_at").cast(pl.Datetime("us", "UTC")))


@pytest.fixture
def store(address: str):
    with Store.open(address, create=True) as store:
        yield store


def test_an_event_sent_twice_is_there_once(store: Store) -> None:
    """Events are idempotent by event_id, also within one frame."""
    assert store.write("events", events("a", "b")) == Written(added=2)
    assert store.write("events", events("b", "c", "c")) == Written(added=1, unchanged=2)
    assert store.rows("events") == 3


def test_an_upsert_sets_the_columns_that_are_present(store: Store) -> None:
    """The title changes, the brand stays, and an equal row counts as unchanged."""
    store.write("products", pl.DataFrame({"product_id": ["k"], "title": ["Kettle"], "brand": ["Bo"]}))
    changed = pl.DataFrame({"product_id": ["k"], "title": ["Red kettle"]})
    assert store.write("products", changed) == Written(changed=1)
    assert store.write("products", changed) == Written(unchanged=1)
    assert store.frame("products", ["title", "brand"]).row(0) == ("Red kettle", "Bo")


def test_every_kind_of_cell_comes_back_as_it_went_in(store: Store) -> None:
    """Lists, times to the microsecond, numbers, flags and Chinese."""
    row = pl.DataFrame(
        {
            "customer_id": ["c"],
            "accepts_marketing": [True],
            "attributes": ['{"a": 1}'],
            "created_at": [NOON + timedelta(microseconds=1)],
            "city": ["上海"],
        }
    ).with_columns(pl.col("created_at").cast(pl.Datetime("us", "UTC")))
    store.write("customers", row)
    assert store.frame("customers", row.columns).equals(row)
    product = pl.DataFrame({"product_id": ["p"], "categories": [["厨房 > 水壶", 'say "hi"']]})
    store.write("products", product)
    assert store.frame("products", product.columns).equals(product)


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    """Two writings, then a mistake: neither is kept."""

    def write_and_fail() -> None:
        with store.transaction() as writer:
            writer.write("events", events("a"))
            writer.write("products", pl.DataFrame({"product_id": ["p"]}))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert (store.rows("events"), store.rows("products")) == (0, 0)


def test_a_decision_is_found_by_its_id_and_by_the_askers_own(store: Store) -> None:
    """The log keeps what was asked and answered."""
    decision = Decision(
        "d1", "r1", "recommend_products", "ease", "v1", "rest", "ann", None, "{}", '{"n":1}', 0.01, NOON
    )
    store.decisions.record(decision)
    assert store.decisions.get("d1") == decision
    assert store.decisions.find("r1", "recommend_products") == decision
    assert store.decisions.find("r1", "forecast_demand") is None


def test_keys_are_kept_hashed_and_can_be_revoked(store: Store) -> None:
    """The secret is nowhere in the database; a revoked key is nobody's."""
    secret = store.keys.create("till", "public")
    key = store.keys.check(secret)
    assert key is not None
    assert key.role == "public"
    assert store.keys.check(secret + "x") is None
    assert store.keys.revoke(key.key_id)
    assert store.keys.check(secret) is None
    assert not store.keys.list()


def test_a_freeze_hides_people_and_writes_only_what_is_new(store: Store, tmp_path: Path) -> None:
    """Pseudonyms in place of ids; the parts of the day before are not touched."""
    snapshots = Snapshots(store, Blobs.open(str(tmp_path / "snapshots")), "EUR")
    store.write("events", events("a", "b"))
    first = snapshots.freeze()
    names = first.frame("events", ["customer_id"]).collect()["customer_id"].to_list()
    assert names[0] == names[1] == store.pseudonyms.known("ann")
    assert "ann" not in names
    parts = {each: each.stat().st_mtime_ns for each in tmp_path.rglob("*.parquet")}
    store.write("events", events("c", at=NOON + timedelta(days=1)))
    second = snapshots.freeze()
    assert second.rows("events") == 3
    assert second.id != first.id
    assert all(each.stat().st_mtime_ns == written for each, written in parts.items())
    assert second.between(None, NOON + timedelta(hours=1)).rows("events") == 2


def test_the_newest_writing_of_a_row_is_in_the_snapshot(store: Store, tmp_path: Path) -> None:
    """An order that was paid between two freezes reads as paid."""
    snapshots = Snapshots(store, Blobs.open(str(tmp_path / "snapshots")), "EUR")
    for title in ("Kettle", "Red kettle"):
        store.write("products", pl.DataFrame({"product_id": ["k"], "title": [title]}))
        frozen = snapshots.freeze()
    assert frozen.frame("products", ["title"]).collect().to_series().to_list() == ["Red kettle"]


def test_a_missing_database_file_is_not_made_by_accident(tmp_path: Path) -> None:
    """Opening without create says how to make a shop."""
    with pytest.raises(NotFound):
        Store.open(f"sqlite:///{tmp_path / 'none.db'}")
