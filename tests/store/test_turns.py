import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import polars as pl
import pytest

from mercer.core.errors import Unavailable
from mercer.store import turns, view
from mercer.store.blobs import Blobs
from mercer.store.decisions import Decision
from mercer.store.snapshots import Snapshots
from mercer.store.store import Store
from mercer.store.turns import alone, together
from mercer.store.writing_postgres import WRITERS_LOCK

Rows = Callable[..., pl.DataFrame]
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_freezes_share_a_turn_and_forgetting_has_its_own(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two together at once; alone waits for neither to be there, and says so when it waits in vain."""
    monkeypatch.setattr(turns, "PATIENCE", 0.1)
    with together(store.engine), together(store.engine), pytest.raises(Unavailable, match="making a snapshot"):
        store.forget("ann")
    with alone(store.engine), pytest.raises(Unavailable, match="forgetting"), together(store.engine):
        pass
    with alone(store.engine):
        pass


def test_whoever_is_forgotten_during_a_freeze_gets_no_new_pseudonym(store: Store, tmp_path: Path, events: Rows) -> None:
    """Forgetting waits until the freeze has ended, and then deletes the links that it made."""
    store.write("events", events("a", customer="ann"))
    counts: list[dict[str, int]] = []
    forgetting = Thread(target=lambda: counts.append(store.forget("ann")))

    def meanwhile(*_: Any) -> None:
        if not forgetting.ident:
            forgetting.start()
            forgetting.join(0.2)

    snapshots = Snapshots(store, Blobs.open(str(tmp_path / "snapshots")), "EUR")
    snapshots.freeze(progress=meanwhile)
    forgetting.join()
    assert counts == [{"events": 1, "pseudonyms": 1}]
    assert store.pseudonyms.known("ann") is None
    assert snapshots.freeze().rows("events") == 0


WRITES_SLOWLY = """
import sys
import polars as pl
from mercer.store.store import Store
with Store.open(sys.argv[1]) as store, store.transaction() as writer:
    writer.write("products", pl.DataFrame({"product_id": ["slow"], "title": ["slow"]}))
    print("open", flush=True)
    sys.stdin.readline()
"""


def started(program: str, address: str) -> subprocess.Popen[str]:
    import sys

    process = subprocess.Popen(
        [sys.executable, "-c", program, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


def test_a_freeze_waits_for_a_transaction_that_was_there_before_it(
    postgres_store: Store, tmp_path: Path, rows: Rows
) -> None:
    """PostgreSQL: the slow one took lower numbers and commits later; the freeze must not put its mark beyond them."""
    snapshots = Snapshots(postgres_store, Blobs.open(str(tmp_path / "snapshots")), "EUR")
    slow = started(WRITES_SLOWLY, str(postgres_store.engine.url))
    postgres_store.write("products", rows("products", product_id="quick", title="quick"))  # a higher number, kept first
    found: list[int] = []
    freezing = Thread(target=lambda: found.append(snapshots.freeze().rows("products")))
    freezing.start()
    waits = [took(postgres_store.write, "events", event(f"e{place}")) for place in range(30)]
    assert freezing.is_alive()
    assert max(waits) < 5 * view.QUEUEING + 1  # others go on writing while it waits
    slow.communicate("\n", timeout=30)
    freezing.join(30)
    assert found == [2]
    assert snapshots.freeze().rows("products") == 2


def test_a_freeze_that_waits_in_vain_says_for_whom(
    postgres_store: Store, tmp_path: Path, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And holds nothing afterwards: writing goes on, and the next freeze comes through."""
    monkeypatch.setattr(view, "PATIENCE", 0.3)
    monkeypatch.setattr(view, "ASKING", 0.1)
    snapshots = Snapshots(postgres_store, Blobs.open(str(tmp_path / "snapshots")), "EUR")
    with postgres_store.transaction() as writer:
        writer.write("products", rows("products", product_id="slow"))
        with pytest.raises(Unavailable, match="has been writing"):
            snapshots.freeze()
        postgres_store.write("products", rows("products", product_id="quick"))
    assert snapshots.freeze().rows("products") == 2


@pytest.fixture
def postgres_store(postgres_shop: str) -> Any:
    with Store.open(postgres_shop) as store:
        for name in ("products", "events"):
            with store.engine.begin() as connection:
                connection.exec_driver_sql(f"DELETE FROM {name}")
        yield store


def event(name: str) -> pl.DataFrame:
    return pl.DataFrame({"event_id": [name], "event_name": ["search"], "occurred_at": [NOON]})


def took(act: Callable[..., Any], *arguments: Any) -> float:
    begun = monotonic()
    act(*arguments)
    sleep(0.05)
    return monotonic() - begun


def test_a_decision_takes_its_number_only_under_the_writers_lock(postgres_store: Store, postgres_shop: str) -> None:
    """It is one statement, whose parts must not change places: while a freeze holds the lock, no number is given out."""
    import psycopg

    decision = Decision("held up", None, "c", "m", "v", "rest", None, None, "{}", "{}", 0.0, NOON)
    with psycopg.connect(postgres_shop, autocommit=True) as other:
        other.execute("DELETE FROM decisions")
        for _ in range(8):  # often enough for the driver to prepare the statement
            postgres_store.decisions.record(decision)
        last = other.execute("SELECT last_value FROM stored_numbers").fetchone()
        other.execute("SELECT pg_advisory_lock(%s)", (WRITERS_LOCK,))
        recording = Thread(target=postgres_store.decisions.record, args=(replace(decision, decision_id="next"),))
        recording.start()
        recording.join(0.3)
        assert recording.is_alive()
        assert other.execute("SELECT last_value FROM stored_numbers").fetchone() == last
        other.execute("SELECT pg_advisory_unlock(%s)", (WRITERS_LOCK,))
        recording.join(10)
    assert postgres_store.decisions.get("next") is not None
