import hashlib
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import polars as pl
import pytest

from mercer.core.errors import NotFound, Unavailable
from mercer.core.tables import TABLES
from mercer.store import parts
from mercer.store.blobs import Blobs
from mercer.store.frozen import FrozenSnapshot
from mercer.store.snapshots import Snapshots
from mercer.store.sql import SHOP
from mercer.store.store import Store

Rows = Callable[..., pl.DataFrame]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def snapshots(store: Store, tmp_path: Path) -> Snapshots:
    return Snapshots(store, Blobs.open(str(tmp_path / "snapshots")), "EUR")


def values(frozen: FrozenSnapshot, table: str, column: str) -> list[object]:
    return frozen.frame(table, [column]).collect().to_series().to_list()


def files(folder: Path) -> dict[str, tuple[int, str]]:
    return {
        str(each): (each.stat().st_mtime_ns, hashlib.sha256(each.read_bytes()).hexdigest())
        for each in folder.rglob("*.parquet")
    }


def test_a_freeze_hides_people(store: Store, snapshots: Snapshots, events: Rows, rows: Rows) -> None:
    """Pseudonyms in place of ids, in verdicts too; no e-mail, name or address anywhere in the files."""
    store.write("events", events("a", "b", visitor_id="cookie-7"))
    store.write("customers", rows("customers", customer_id="ann", email="ann@x.org", name="Ann Lee", country="NO"))
    store.write(
        "labels", rows("labels", label_id=["x", "y"], subject=["customer", "order"], subject_id="ann", label="fraud")
    )
    frozen = snapshots.freeze()
    pseudonym = store.pseudonyms.known("ann")
    assert values(frozen, "events", "customer_id") == [pseudonym, pseudonym]
    assert values(frozen, "events", "visitor_id") == [store.pseudonyms.known("cookie-7", "visitor")] * 2
    assert values(frozen, "customers", "customer_id") == [pseudonym]
    assert values(frozen, "customers", "country") == ["NO"]
    assert values(frozen, "labels", "subject_id") == [pseudonym, "ann"]
    assert not {"email", "name"} & set(frozen.frame("customers").collect_schema().names())


def test_a_new_day_leaves_the_old_days_files_alone(
    store: Store, snapshots: Snapshots, events: Rows, tmp_path: Path
) -> None:
    """Times and contents of the parts stay; the new part holds the new rows only."""
    store.write("events", events("a", "b"))
    first = snapshots.freeze()
    before = files(tmp_path)
    store.write("events", events("c", at=NOON + DAY))
    second = snapshots.freeze()
    after = files(tmp_path)
    assert {name: after[name] for name in before} == before
    assert [pl.read_parquet(name).height for name in set(after) - set(before)] == [1]
    assert values(second, "events", "event_id") == ["a", "b", "c"]
    assert second.id != first.id
    assert values(second.between(None, NOON + timedelta(hours=1)), "events", "event_id") == ["a", "b"]
    assert values(first, "events", "event_id") == ["a", "b"]


def test_freezing_what_did_not_change_is_the_same_snapshot(store: Store, snapshots: Snapshots, events: Rows) -> None:
    """The same id and end, also from another process, and after writing what was there already."""
    store.write("events", events("a"))
    first = snapshots.freeze()
    store.write("events", events("a"))
    second = snapshots.freeze()
    assert (first.id, first.end) == (second.id, second.end)
    assert first.end == NOON + timedelta(microseconds=1)
    latest = snapshots.latest()
    assert latest is not None
    assert latest.id == first.id


def test_a_snapshot_ends_where_it_is_told_to(store: Store, snapshots: Snapshots, events: Rows) -> None:
    """As of noon, what happened at noon is not yet seen."""
    store.write("events", events("a", at=NOON - DAY))
    store.write("events", events("b"))
    frozen = snapshots.freeze(as_of=NOON)
    assert (frozen.end, values(frozen, "events", "event_id")) == (NOON, ["a"])


def test_what_lies_in_the_future_is_not_seen_yet(store: Store, snapshots: Snapshots, rows: Rows) -> None:
    """A promotion of next year: the snapshot ends now."""
    later = datetime.now(UTC) + 365 * DAY
    store.write("promotions", rows("promotions", promotion_id="p", starts_at=later))
    frozen = snapshots.freeze()
    assert frozen.rows("promotions") == 0
    assert abs(frozen.end - datetime.now(UTC)) < timedelta(minutes=5)
    store.write("promotions", rows("promotions", promotion_id="q", starts_at=NOON))
    first, second = snapshots.freeze(), snapshots.freeze()
    assert first.end == NOON + timedelta(microseconds=1)
    assert first.id == second.id


@pytest.mark.parametrize("page", [2, 1_000_000])
def test_the_newest_writing_of_a_row_is_in_the_snapshot(
    store: Store, snapshots: Snapshots, rows: Rows, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over three freezes, in parts of two rows and in one: every product once, as it is now, and in the order of storing."""
    monkeypatch.setattr(parts, "PART_ROWS", page)
    store.write("products", rows("products", product_id=["a", "b", "c", "d", "e"], title="old"))
    snapshots.freeze()
    store.write("products", rows("products", product_id=["b"], title="newer"))
    store.write("products", rows("products", product_id=["f"], title="new"))
    snapshots.freeze()
    store.write("products", rows("products", product_id=["b"], title="newest"))
    frozen = snapshots.freeze()
    found = dict(zip(values(frozen, "products", "product_id"), values(frozen, "products", "title"), strict=True))
    assert found == {"a": "old", "c": "old", "d": "old", "e": "old", "f": "new", "b": "newest"}
    assert list(found)[-2:] == ["f", "b"]
    assert frozen.rows("products") == 6


def whole(store: Store, frozen: FrozenSnapshot) -> dict[str, pl.DataFrame]:
    held = {name: frozen.frame(name).collect().sort(TABLES[name].key) for name in TABLES}
    return {name: frame for name, frame in held.items() if not frame.is_empty()}


def test_freezing_bit_by_bit_equals_freezing_at_once_also_after_forgetting(
    store: Store, snapshots: Snapshots, events: Rows, rows: Rows, tmp_path: Path
) -> None:
    """Old parts still hold a forgotten person's rows, under a name that nobody can resolve; readers do not see them."""
    for name in ("ann", "bob"):
        store.write("events", events(f"e-{name}", customer=name))
        store.write("customers", rows("customers", customer_id=name, city="Oslo"))
        store.write("orders", rows("orders", order_id=f"o-{name}", customer_id=name, city="Oslo", placed_at=NOON))
        store.write("labels", rows("labels", label_id=f"l-{name}", subject="customer", subject_id=name, label="ok"))
        store.write("messages", rows("messages", message_id=f"m-{name}", conversation_id="t", sent_at=NOON))
        snapshots.freeze()
    store.forget("ann")
    step_by_step = snapshots.freeze()
    at_once = Snapshots(store, Blobs.open(str(tmp_path / "other")), "EUR").freeze()
    one, other = whole(store, step_by_step), whole(store, at_once)
    assert one.keys() == other.keys()
    for name, frame in one.items():
        assert frame.equals(other[name]), name
    assert step_by_step.rows("events") == step_by_step.rows("customers") == step_by_step.rows("labels") == 1
    assert sorted(values(step_by_step, "orders", "order_id")) == ["o-ann", "o-bob"]
    assert None in values(step_by_step, "orders", "customer_id")


def test_forgetting_makes_another_snapshot(store: Store, snapshots: Snapshots, events: Rows) -> None:
    """Even where no row is written: the content that is seen has changed."""
    store.write("events", events("a"))
    first = snapshots.freeze()
    store.forget("ann")
    second = snapshots.freeze()
    assert second.id != first.id
    assert second.rows("events") == 0


def test_a_snapshot_is_found_again_by_its_id(store: Store, snapshots: Snapshots, events: Rows) -> None:
    """By id or content, whole or shortened; the list is latest first."""
    assert snapshots.latest() is None
    store.write("events", events("a"))
    first = snapshots.freeze()
    store.write("events", events("b"))
    second = snapshots.freeze()
    assert [each.id for each in snapshots.list()] == [second.id, first.id]
    assert snapshots.get(first.id).rows("events") == 1
    assert snapshots.get(first.id[:8]).id == first.id
    assert snapshots.get(snapshots.list()[1].content).id == first.id
    for wrong in ("none", "", "0" * 16):
        with pytest.raises(NotFound, match="no snapshot"):
            snapshots.get(wrong)


def test_an_empty_shop_can_be_frozen(snapshots: Snapshots) -> None:
    """All tables are there, with no rows."""
    frozen = snapshots.freeze()
    assert all(frozen.rows(name) == 0 for name in TABLES)


def test_another_shops_folder_and_a_restored_backup_are_frozen_anew(store: Store, events: Rows, tmp_path: Path) -> None:
    """Marks of another database, or of a later state of this one, must not hide rows."""
    snapshots = Snapshots(store, Blobs.open(str(tmp_path / "snapshots")), "EUR")
    store.write("events", events(*(f"e{place}" for place in range(50))))
    snapshots.freeze()
    with store.engine.begin() as connection:  # as a restored backup would be
        connection.execute(SHOP["events"].delete())
        connection.exec_driver_sql("DELETE FROM about_store WHERE name <> 'id'")
        if store.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("DELETE FROM numbers")
        else:
            connection.exec_driver_sql("ALTER SEQUENCE stored_numbers RESTART")
    again = [f"again{place}" for place in range(60)]  # more than were frozen, so that the marks alone tell nothing
    store.write("events", events(*again))
    assert sorted(values(snapshots.freeze(), "events", "event_id")) == sorted(again)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE about_store SET value = 'another' WHERE name = 'id'")
    other = Store(store.engine)
    frozen = Snapshots(other, Blobs.open(str(tmp_path / "snapshots")), "EUR").freeze()
    assert sorted(values(frozen, "events", "event_id")) == sorted(again)


def test_an_older_parts_missing_column_reads_as_null(
    store: Store, snapshots: Snapshots, rows: Rows, tmp_path: Path
) -> None:
    """As after an update that brought a new column: parts written before do not have it."""
    store.write("products", rows("products", product_id="a", title="Kettle"))
    snapshots.freeze()
    [part] = [each for each in tmp_path.rglob("*.parquet") if "products" in str(each)]
    pl.read_parquet(part).drop("brand").with_columns(gone=1).write_parquet(part)
    store.write("products", rows("products", product_id="b", brand="Bo"))
    assert values(snapshots.freeze(), "products", "brand") == [None, "Bo"]


def test_no_row_is_missed_that_is_committed_while_others_are_frozen(
    store: Store, snapshots: Snapshots, events: Rows
) -> None:
    """Writers write all the time; freezes go on from one another; in the end every row was frozen once."""
    over, failures = Event(), list[BaseException]()

    def write(name: str) -> None:
        place = 0
        try:
            while not over.is_set():
                with store.transaction() as writer:
                    writer.write("events", events(f"{name}-{place}", f"{name}-{place + 1}"))
                    over.wait(0.003)  # so that transactions overlap
                place += 2
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=write, args=(name,)) for name in "abc"]
    for each in threads:
        each.start()
    for _ in range(6):
        snapshots.freeze()
    over.set()
    for each in threads:
        each.join()
    assert not failures
    frozen = values(snapshots.freeze(), "events", "event_id")
    assert len(frozen) == len(set(frozen)) == store.rows("events")


def test_the_same_on_an_object_store(store: Store, s3_address: str, events: Rows, rows: Rows) -> None:
    """Freeze, go on, read lazily, find again."""
    snapshots = Snapshots(store, Blobs.open(s3_address), "NOK")
    store.write("events", events("a"))
    store.write("products", rows("products", product_id="k", title="Kettle"))
    snapshots.freeze()
    store.write("products", rows("products", product_id="k", title="Red kettle"))
    frozen = snapshots.freeze()
    assert values(frozen, "products", "title") == ["Red kettle"]
    latest = snapshots.latest()
    assert latest is not None
    assert (latest.id, latest.currency) == (frozen.id, "NOK")
    assert values(latest, "events", "event_id") == ["a"]


def cut_off(place: Path) -> None:
    place.write_bytes(place.read_bytes()[:-1])


def garbled(place: Path) -> None:
    place.write_bytes(b"{]")


@pytest.mark.parametrize(
    ("pattern", "harm"),
    [
        ("parts/events/*", Path.unlink), ("parts/events/*", cut_off), ("manifests/*", Path.unlink), ("manifests/*", garbled),
        ("latest.json", garbled), ("latest.json", lambda place: place.write_bytes(b"")),
    ],
)  # fmt: skip
def test_a_damaged_snapshot_is_named_and_the_next_freeze_starts_anew(
    store: Store, snapshots: Snapshots, events: Rows, tmp_path: Path, pattern: str, harm: Callable[[Path], None]
) -> None:
    """A file that is gone, cut off or garbled: reading says so, and nothing is lost, as the store has all rows."""
    store.write("events", events("a", "b"))
    snapshots.freeze()
    for each in (tmp_path / "snapshots").glob(pattern):
        harm(each)
    with pytest.raises((Unavailable, NotFound)) as caught:
        snapshots.latest()
    assert "snapshot" in caught.value.hint.en
    store.write("events", events("c"))
    assert values(snapshots.freeze(), "events", "event_id") == ["a", "b", "c"]
    latest = snapshots.latest()
    assert latest is not None
    assert latest.rows("events") == 3


def test_a_place_that_does_not_answer_is_not_taken_for_an_empty_one(
    store: Store, events: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An object store that is away: the freeze fails, in place of writing everything anew."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    store.write("events", events("a"))
    with pytest.raises(Unavailable, match="does not answer"):
        Snapshots(store, Blobs.open("s3://shop?endpoint=http://127.0.0.1:1&region=us-east-1"), "EUR").freeze()


FREEZES_FOR_EVER = """
import sys, itertools
import polars as pl
from mercer.store.blobs import Blobs
from mercer.store.snapshots import Snapshots
from mercer.store.store import Store
with Store.open(sys.argv[1]) as store:
    snapshots = Snapshots(store, Blobs.open(sys.argv[2]), "EUR")
    for place in itertools.count():
        store.write("products", pl.DataFrame({"product_id": [f"{sys.argv[3]}-{place}", "all"], "title": [str(place)] * 2}))
        snapshots.freeze()
        print(place, flush=True)
"""


def test_a_freeze_killed_halfway_leaves_the_snapshot_before_it(
    store: Store, store_address: str, tmp_path: Path, child: Callable[..., subprocess.Popen[str]]
) -> None:
    """Killed three times at odd moments: the last snapshot is whole, and the next one holds what the store holds."""
    place = tmp_path / "snapshots"
    for round_ in range(3):
        process = child(FREEZES_FOR_EVER, store_address, str(place), str(round_))
        assert process.stdout is not None
        for _ in range(5):
            process.stdout.readline()
        time.sleep(0.007 * round_)
        process.kill()
        process.communicate()
        latest = Snapshots(store, Blobs.open(str(place)), "EUR").latest()
        assert latest is not None
        assert latest.rows("products") >= 6
    frozen = Snapshots(store, Blobs.open(str(place)), "EUR").freeze()
    for column in ("product_id", "title"):
        assert sorted(values(frozen, "products", column)) == store.frame("products")[column].sort().to_list()  # type: ignore[type-var]


def frozen_words(folder: Path) -> set[object]:
    """All values that stand in any Parquet file."""
    found: set[object] = set()
    for each in folder.rglob("*.parquet"):
        for column in pl.read_parquet(each).select(pl.col(pl.String)).iter_columns():
            found.update(column)
    return found


def test_nothing_of_a_forgotten_person_stays_in_the_files(
    store: Store, snapshots: Snapshots, events: Rows, rows: Rows, tmp_path: Path
) -> None:
    """A freeze writes their parts anew and no others; when the older snapshots are deleted, no trace is left."""
    for name in ("ann", "bob"):
        store.write("events", events(f"e-{name}", customer=name, query=f"{name} searches"))
        store.write(
            "orders", rows("orders", order_id=f"o-{name}", customer_id=name, city=f"{name}town", placed_at=NOON)
        )
        store.write("labels", rows("labels", label_id=f"l-{name}", subject="customer", subject_id=name, label="ok"))
        first = snapshots.freeze()
    pseudonym = store.pseudonyms.known("ann")
    before = files(tmp_path)
    store.forget("ann")
    second = snapshots.freeze()
    assert len(set(files(tmp_path)) - set(before)) == 2  # the order as it is now, and its part without a name
    assert {pseudonym, "ann searches", "anntown"} <= frozen_words(tmp_path)
    assert snapshots.prune(keep=1) == 2
    assert not {pseudonym, "ann searches", "anntown"} & frozen_words(tmp_path)
    assert [each.id for each in snapshots.list()] == [second.id]
    assert values(snapshots.get(second.id), "events", "event_id") == ["e-bob"]
    with pytest.raises(NotFound):
        snapshots.get(first.id)
    assert snapshots.prune(keep=1) == 0
    assert snapshots.freeze().id == second.id
