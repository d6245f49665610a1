"""What becomes of written rows when processes die, disks fill up, and many write at once."""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import polars as pl
import pytest

from mercer.core.errors import Unavailable
from mercer.store import waiting
from mercer.store.decisions import Decision
from mercer.store.store import Store

NOW = datetime(2026, 1, 1, tzinfo=UTC)
Rows = Callable[..., pl.DataFrame]
Child = Callable[..., subprocess.Popen[str]]

WRITES_FOR_EVER = """
import sys, itertools
from datetime import UTC, datetime
import polars as pl
from mercer.store.decisions import Decision
from mercer.store.store import Store
store, name, now = Store.open(sys.argv[1]), sys.argv[2], datetime.now(UTC)
for place in itertools.count() if len(sys.argv) == 3 else range(int(sys.argv[3])):
    own = f"{name}-{place}"
    store.write("events", pl.DataFrame({"event_id": [own], "event_name": ["search"], "occurred_at": [now]}))
    store.decisions.record(Decision(own, None, "c", "m", "v", "rest", None, None, "{}", "{}", 0.0, now))
    print(own, flush=True)
"""


def test_every_acknowledged_write_survives_kill_9(store_address: str, child: Child) -> None:
    """A process is killed in the middle of writing, three times; what it had acknowledged is there, once."""
    acknowledged: list[str] = []
    for round_ in range(3):
        process = child(WRITES_FOR_EVER, store_address, f"r{round_}")
        assert process.stdout is not None
        for line in process.stdout:
            acknowledged.append(line.strip())
            if len(acknowledged) % 60 == 0:
                break
        process.kill()
        acknowledged += process.stdout.read().split()  # communicate would pass over what is buffered here
        process.communicate()
    with Store.open(store_address) as store:
        for table, key in (("events", "event_id"), ("decisions", "decision_id")):
            there = store.frame(table, [key]).to_series()
            assert there.n_unique() == len(there)
            assert set(acknowledged) <= set(there)
            assert len(there) <= len(acknowledged) + 3  # one under way in each round
        if store.engine.dialect.name == "sqlite":
            with store.engine.connect() as connection:
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def test_several_processes_write_at_once(store_address: str, child: Child) -> None:
    """Three of them, forty rows each, beside four threads here: all rows are there, none waits in vain."""
    processes = [child(WRITES_FOR_EVER, store_address, name, "40") for name in "xyz"]
    with Store.open(store_address) as store:

        def write(name: int) -> None:
            for place in range(20):
                own = pl.DataFrame({"event_id": [f"t{name}-{place}"], "event_name": ["search"]})
                store.write("events", own)

        threads = [Thread(target=write, args=(name,)) for name in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        for process in processes:
            _, err = process.communicate(timeout=120)
            assert process.returncode == 0, err
        assert store.rows("events") == 3 * 40 + 4 * 20
        assert store.rows("decisions") == 3 * 40


def test_upserts_of_the_same_rows_at_once_do_not_lock_each_other_out(store: Store, rows: Rows) -> None:
    """In opposite orders, again and again; the last writing of each row is whole."""
    ids = [f"p{place}" for place in range(300)]
    failures: list[BaseException] = []

    def write(title: str, order: list[str]) -> None:
        try:
            for place in range(10):
                store.write("products", rows("products", product_id=order, title=f"{title}{place}"))
        except BaseException as error:
            failures.append(error)

    threads = [Thread(target=write, args=("a", ids)), Thread(target=write, args=("b", ids[::-1]))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not failures
    assert store.frame("products", ["title"]).to_series().n_unique() == 1


def test_a_writer_that_waits_too_long_says_so(
    sqlite_template: Path, tmp_path: Path, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite lets one write at a time; the error says that another process is writing."""
    monkeypatch.setattr(waiting, "BUSY_SECONDS", 0.1)
    path = tmp_path / "shop.db"
    path.write_bytes(sqlite_template.read_bytes())
    with Store.open(f"sqlite:///{path}") as store, Store.open(f"sqlite:///{path}") as other:
        with store.transaction() as writer:
            writer.write("products", rows("products", product_id="a"))
            with pytest.raises(Unavailable, match="busy") as caught:
                other.write("products", rows("products", product_id="b"))
            assert caught.value.hint.zh
            assert other.rows("products") == 0  # reading goes on, and sees nothing half-written
        assert other.rows("products") == 1


FILLS_THE_DISK = """
import resource, sys
import polars as pl
from mercer.core.errors import Unavailable
from mercer.store.store import Store
store = Store.open(sys.argv[1])
if sys.argv[2] != "none":
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
def batch(at):
    ids = [f"{at}-{place}" for place in range(2000)]
    return pl.DataFrame({"event_id": ids, "event_name": ["search"] * 2000, "query": ["tea and kettles " * 20] * 2000})
for at in range(100):
    try:
        store.write("events", batch(at))
    except Unavailable as error:
        print("FULL", error.message.en, "|", error.hint.en, flush=True)
        break
    print(at, flush=True)
"""


def check_full(store: Store, out: str) -> None:
    *done, told = out.splitlines()
    assert told.startswith("FULL")
    assert "full" in told
    assert "space" in told
    assert store.rows("events") == 2000 * len(done)  # whole batches only
    assert store.frame("events", ["event_id"]).to_series().n_unique() == 2000 * len(done)


def test_a_full_disk_keeps_whole_batches_only(
    sqlite_template: Path, tmp_path: Path, child: Child, events: Rows
) -> None:
    """A process that may write files of 6 MB only: it says that the disk is full, and later all goes on."""
    path = tmp_path / "shop.db"
    path.write_bytes(sqlite_template.read_bytes())
    out, err = child(FILLS_THE_DISK, f"sqlite:///{path}", "6000000").communicate(timeout=120)
    assert "FULL" in out, err
    with Store.open(f"sqlite:///{path}") as store:
        check_full(store, out)
        store.write("events", events("more"))


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 6 MB, where we may make one."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("making a small disk needs root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_really_full_keeps_whole_batches_only(
    sqlite_template: Path, tiny_disk: Path, child: Child
) -> None:
    """The same on a small disk."""
    path = tiny_disk / "shop.db"
    path.write_bytes(sqlite_template.read_bytes())
    out, err = child(FILLS_THE_DISK, f"sqlite:///{path}", "none").communicate(timeout=120)
    assert "FULL" in out, err
    with Store.open(f"sqlite:///{path}") as store:
        check_full(store, out)


def test_a_forked_child_uses_connections_of_its_own(store: Store, rows: Rows) -> None:
    """Engines of local processes may fork: the child reads and writes, and the parent goes on."""
    store.write("products", rows("products", product_id="a"))
    store.pseudonyms.of(["ann"])
    pid = os.fork()
    if pid == 0:
        try:
            store.write("products", rows("products", product_id="b"))
            known = store.pseudonyms.known("ann")
            os._exit(0 if known and store.rows("products") == 2 else 1)
        finally:
            os._exit(2)
    assert os.waitpid(pid, 0)[1] == 0
    store.write("products", rows("products", product_id="c"))
    assert store.rows("products") == 3


def test_a_restarted_server_is_met_again(postgres_shop: str, rows: Rows) -> None:
    """PostgreSQL ends all connections, as a restart does: the next statement opens another."""
    import psycopg

    with Store.open(emptied_address(postgres_shop)) as store:
        known = store.pseudonyms.of(["ann"])["ann"]
        store.write("products", rows("products", product_id="a"))
        with psycopg.connect(postgres_shop, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        assert store.pseudonyms.known("ann") == known
        store.pseudonyms.of(["bob"])
        store.write("products", rows("products", product_id="b"))
        assert store.rows("products") == 2


def emptied_address(address: str) -> str:
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DELETE FROM products; DELETE FROM pseudonyms")
    return address


IMPORTS_FOR_EVER = """
import sys, time, itertools
import polars as pl
from mercer.store.store import Store
with Store.open(sys.argv[1]) as store:
    for place in itertools.count():
        with store.transaction() as writer:
            writer.write("products", pl.DataFrame({"product_id": [f"p{place}"]}))
            time.sleep(0.05)
        print(place, flush=True)
"""


def test_a_decision_finds_the_gap_between_two_batches_of_an_import(
    store: Store, store_address: str, child: Child
) -> None:
    """Another process writes all the time but for an instant between transactions; nobody waits for seconds."""
    process = child(IMPORTS_FOR_EVER, store_address)
    assert process.stdout is not None
    process.stdout.readline()
    waits = []
    for place in range(12):
        begun = time.monotonic()
        store.decisions.record(Decision(f"d{place}", None, "c", "m", "v", "rest", None, None, "{}", "{}", 0.0, NOW))
        waits.append(time.monotonic() - begun)
    process.kill()
    process.communicate()
    assert sorted(waits)[6] < 1


MAY_NOT_WRITE = """
import os, sys
from pathlib import Path
import polars as pl
from mercer.core.errors import MercerError
from mercer.store import settings
from mercer.store.blobs import Blobs
from mercer.store.registry import Registry
from mercer.store.snapshots import Snapshots
from mercer.store.store import Store
place = sys.argv[1]
Store.open(f"sqlite:///{place}/old.db", create=True).close()  # all that is needed is loaded now
Path(place).chmod(0o555)
os.chmod(f"{place}/old.db", 0o444)
if os.geteuid() == 0:
    os.setuid(65534)  # the superuser may write everywhere
for act in (
    lambda: Store.open(f"sqlite:///{place}/new.db", create=True),
    lambda: Store.open(f"sqlite:///{place}/folder/new.db", create=True),
    lambda: Store.open(f"sqlite:///{place}/old.db").write("products", pl.DataFrame({"product_id": ["a"]})),
    lambda: Blobs.open(place).write("a/b", b""),
    lambda: Blobs.open(place).change("b", lambda _: b""),
    lambda: Blobs.open(place).upload(Path(place), "v1"),
    lambda: settings.write_new(Path(place), settings.Settings(name="tea")),
    lambda: settings.write_new(Path(place) / "shop", settings.Settings(name="tea")),
):
    try:
        act()
        print("nothing")
    except MercerError as error:
        print(error.code, "|", error.message.en, "|", error.hint.en)
"""


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that every account may enter, which pytest's own folders are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_folder_that_may_not_be_written_is_named(open_place: Path, child: Child) -> None:
    """Every way of writing says that the disk refuses and what to look at; nothing is left behind."""
    place = open_place / "closed"
    place.mkdir()
    out, err = child(MAY_NOT_WRITE, str(place)).communicate(timeout=60)
    told = out.splitlines()
    assert len(told) == 8, err
    for line in told:
        assert line.startswith("unavailable |"), line
        assert "may" in line.split("|")[2]
    assert [each.name for each in place.iterdir()] == ["old.db"]


def test_a_damaged_page_is_told_and_the_rest_is_not_lost(
    sqlite_template: Path, tmp_path: Path, events: Rows, rows: Rows
) -> None:
    """In the middle of a file: whoever meets it gets an error with a hint; other tables are read and written."""
    path = tmp_path / "shop.db"
    path.write_bytes(sqlite_template.read_bytes())
    with Store.open(f"sqlite:///{path}") as store:
        store.write("events", events(*(f"e{place}" for place in range(2000)), query="kettles and tea " * 20))
        store.write("products", rows("products", product_id="p"))
    content = bytearray(path.read_bytes())
    page = content.index(b"kettles and tea", len(content) // 2) // 4096
    content[page * 4096 : (page + 1) * 4096] = b"\xee" * 4096
    path.write_bytes(content)
    with Store.open(f"sqlite:///{path}") as store:
        with pytest.raises(Unavailable, match="cannot be read") as caught:
            store.frame("events")
        assert "backup" in caught.value.hint.en
        assert store.write("products", rows("products", product_id="q")).added == 1
