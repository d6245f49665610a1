import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mercer.core.tables import TABLES, table
from mercer.store import parts
from mercer.store.blobs import Blobs
from mercer.store.compaction import TOGETHER, due
from mercer.store.manifest import Frozen, Part
from mercer.store.snapshots import Snapshots
from mercer.store.store import Store

Rows = Callable[..., pl.DataFrame]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def held(folder: Path, name: str) -> list[int]:
    """How many rows each part of a table has, in the last snapshot."""
    manifest = json.loads((folder / json.loads((folder / "latest.json").read_text())["manifest"]).read_text())
    return [part["rows"] for part in manifest["tables"][name]["parts"]]


def test_a_log_that_grows_every_night_stays_in_few_parts(
    store: Store, tmp_path: Path, events: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full part has 64 rows here: parts of 8 or more are never written again, and no row is lost or doubled."""
    monkeypatch.setattr(parts, "PART_ROWS", 64)
    folder = tmp_path / "snapshots"
    snapshots = Snapshots(store, Blobs.open(str(folder)), "EUR")
    store.write("events", events(*(f"first{place:02}" for place in range(64))))
    big = snapshots.freeze().id
    for night in range(40):
        store.write("events", events(f"night{night:02}"))
        frozen = snapshots.freeze()
        assert held(folder, "events")[0] == 64
        assert len(held(folder, "events")) <= 1 + night // TOGETHER + TOGETHER
    assert frozen.frame("events", ["event_id"]).collect().to_series().equals(store.frame("events")["event_id"])
    assert held(folder, "events") == [64, *[TOGETHER] * 5]
    assert snapshots.get(big).rows("events") == 64  # what was frozen long ago is still there
    assert len(list(folder.glob("parts/events/*"))) == 1 + 40 + 5


def test_a_catalogue_that_changes_every_night_is_not_kept_a_years_times_over(
    store: Store, tmp_path: Path, rows: Rows
) -> None:
    """Thirty prices of each of ten variants: what is read is never more than twice what is there."""
    folder = tmp_path / "snapshots"
    snapshots = Snapshots(store, Blobs.open(str(folder)), "EUR")
    for night in range(30):
        ids = [f"v{place}" for place in range(10)]
        store.write("variants", rows("variants", variant_id=ids, product_id="p", price_minor=night))
        frozen = snapshots.freeze()
        assert sum(held(folder, "variants")) <= 20
        assert frozen.frame("variants", ["price_minor"]).collect()["price_minor"].to_list() == [night] * 10


def test_a_few_changes_of_a_big_table_do_not_rewrite_it(store: Store, tmp_path: Path, rows: Rows) -> None:
    """A thousand products of which one changes every night: the first part stays, the others are put together."""
    folder = tmp_path / "snapshots"
    snapshots = Snapshots(store, Blobs.open(str(folder)), "EUR")
    store.write("products", rows("products", product_id=[f"p{place}" for place in range(1000)], title="old"))
    snapshots.freeze()
    before = held(folder, "products"), [each.name for each in folder.glob("parts/products/*")]
    for night in range(20):
        store.write("products", rows("products", product_id=f"p{night % 3}", title=f"night {night}"))
        snapshots.freeze()
    assert before[0] == [1000]
    assert held(folder, "products")[0] == 1000
    assert len(held(folder, "products")) <= TOGETHER
    assert sum(held(folder, "products")[1:]) < 20  # of one product's many changes the last is kept


WRITINGS = st.lists(
    st.tuples(
        st.sampled_from(["events", "products", "customers"]), st.lists(st.integers(0, 12), min_size=1, max_size=9)
    ),
    max_size=6,
)


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=st.lists(st.tuples(WRITINGS, st.none() | st.integers(0, 12)), min_size=1, max_size=14))
def test_after_any_nights_a_snapshot_holds_what_the_store_holds(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, rows: Rows, nights: list[tuple[Any, int | None]]
) -> None:
    """Writings and forgettings in any order, parts of 16 rows; and every snapshot of before reads as it did."""
    place = tmp_path_factory.mktemp("nights")
    (place / "shop.db").write_bytes(sqlite_template.read_bytes())
    with pytest.MonkeyPatch.context() as patch, Store.open(f"sqlite:///{place / 'shop.db'}") as store:
        patch.setattr(parts, "PART_ROWS", 16)
        snapshots = Snapshots(store, Blobs.open(str(place / "snapshots")), "EUR")
        earlier: list[tuple[Any, dict[str, pl.DataFrame]]] = []
        for night, (writings, gone) in enumerate(nights):
            for name, numbers in writings:
                store.write(name, some(rows, name, numbers, night))
            if gone is not None:
                store.forget(f"c{gone}")
            frozen = snapshots.freeze()
            seen = {name: frozen.frame(name).collect() for name in ("events", "products", "customers")}
            for name, frame in seen.items():
                assert frame.equals(expected(store, name)), name
                assert frozen.rows(name) == store.rows(name)
            earlier.append((frozen, seen))
        for frozen, seen in earlier:
            assert all(frozen.frame(name).collect().equals(frame) for name, frame in seen.items())


def some(rows: Rows, name: str, numbers: list[int], night: int) -> pl.DataFrame:
    if name == "events":
        people = [f"c{number}" for number in numbers]
        ids = [f"{night}-{number}" for number in numbers]
        return rows(name, event_id=ids, event_name="search", customer_id=people, occurred_at=NOON)
    if name == "products":
        return rows(name, product_id=[f"p{number}" for number in numbers], title=f"night {night}")
    return rows(name, customer_id=[f"c{number}" for number in numbers], segment=f"night {night}")


def expected(store: Store, name: str) -> pl.DataFrame:
    """The live rows as a snapshot shows them."""
    live = store.frame(name).select(parts.snapshot_columns(TABLES[name]))
    return parts.pseudonymous(table(name), live, store.pseudonyms)


@pytest.mark.parametrize(
    ("name", "sizes", "expected_place"),
    [
        ("events", [], 0), ("events", [1] * 7, 7), ("events", [1] * 8, 0), ("events", [2000] + [1] * 8, 1),
        ("events", [40_000] * 20, 20), ("events", [30_000] * 8, 0), ("events", [8000] + [1000] * 7, 8),
        ("events", [8000] * 7 + [1000] * 8, 7), ("events", [8000] * 8 + [1000], 0), ("products", [10, 9, 2], 0), ("products", [10, 9], 2),
        ("products", [1000] + [2] * 8, 1), ("products", [1000] + [2] * 7, 8),
    ],
)  # fmt: skip
def test_when_parts_are_put_together(name: str, sizes: list[int], expected_place: int) -> None:
    """Eight of one size; all of a table of whose rows more are replaced than not; never the big ones of a log."""
    made = tuple(Part("", "", 0, rows, freeze, None) for freeze, rows in enumerate(sizes, 1))
    assert due(table(name), Frozen(0, made)) == expected_place
