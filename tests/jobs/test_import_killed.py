"""An import is killed in the middle, several times; taken up again, it ends where an undisturbed one ends."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from counter import open_counter, refused

from mercer.core.tables import TABLES
from mercer.shop import Shop
from mercer.store.importing import csv_rows, json_rows

# Small pieces make many batches; a word for each one that is kept tells when to kill.
IMPORTS = """
import sys
from mercer import Shop
from mercer.store.importing import csv_rows, json_rows
from mercer.store.importing.run import Import
csv_rows.read_csv.__defaults__ = json_rows.read_json.__defaults__ = (4096,)
keep = Import._keep
def told(self, *given):
    keep(self, *given)
    print("kept", flush=True)
Import._keep = told
Shop.open(sys.argv[1]).run("import_data", files=sys.argv[2:])
"""


def log() -> tuple[str, str]:
    """A log with rows that are equal, near each other and far apart, and some that are refused."""
    rng = random.Random(7)
    rows = [f"u{rng.randrange(40)},p{rng.randrange(60)},buy,{1_700_000_000 + rng.randrange(50)}" for _ in range(2500)]
    rows[700] = rows[1900] = "u,p,buy,never"
    return "log.csv", "user_id,item_id,behavior,timestamp\n" + "\n".join(rows) + "\n"


def invoices() -> tuple[str, str]:
    """Invoices that go on over the end of a batch, scattered ones among them."""
    rng = random.Random(8)
    rows = [
        f"{536000 + (number // 7 if rng.random() > 0.05 else 1)},A{rng.randrange(90)},Cup {rng.randrange(3)},{rng.randrange(1, 9)},"
        f"12/{1 + number // 300}/2010 {8 + number % 300 // 60}:{number % 60:02d},{rng.randrange(100, 999) / 100},{12000 + number // 7},Germany"
        for number in range(2400)
    ]  # fmt: skip
    return (
        "till.csv",
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n" + "\n".join(rows) + "\n",
    )


def analytics() -> tuple[str, str]:
    """Events with several items each."""
    rng = random.Random(9)
    rows = []
    for _ in range(900):
        items = [
            {"item_id": f"p{rng.randrange(50)}", "quantity": str(rng.randrange(1, 4)), "price": 2.5}
            for _ in range(rng.randrange(4))
        ]
        rows.append({
            "event_name": rng.choice(["view_item", "purchase", "page_view"]), "event_timestamp": str(1_767_268_800_000_000 + rng.randrange(10**6)),
            "user_pseudo_id": f"{rng.randrange(9)}.1", "event_params": [{"key": "ga_session_id", "value": {"int_value": "5"}}], "items": items,
        })  # fmt: skip
    return "events.json", "".join(json.dumps(row) + "\n" for row in rows)


def contents(shop: Shop) -> dict[str, list[dict[str, Any]]]:
    """All rows of a shop, by their keys."""
    frames = {name: shop.store.frame(name).sort(table.key) for name, table in TABLES.items() if name != "decisions"}
    return {name: frame.to_dicts() for name, frame in frames.items() if frame.height}


@pytest.mark.parametrize("made", [log, invoices, analytics])
def test_an_import_survives_kill_9(
    made: Callable[[], tuple[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after one batch and again after three more; then run to its end: each row once, and the same refusals."""
    name, text = made()
    path = tmp_path / name
    path.write_text(text)
    for read in (csv_rows.read_csv, json_rows.read_json):
        monkeypatch.setattr(read, "__defaults__", (4096,))
    with Shop.create(tmp_path / "calm") as calm:
        report = calm.run("import_data", files=[str(path)])
        wanted = contents(calm)
    Shop.create(tmp_path / "killed").close()
    for batches in (1, 3):
        process = subprocess.Popen(
            [sys.executable, "-c", IMPORTS, str(tmp_path / "killed"), str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for _ in range(batches):
            assert process.stdout.readline() == "kept\n"
        process.send_signal(signal.SIGKILL)
        process.communicate()
    with Shop.open(tmp_path / "killed") as shop:
        (state,) = shop.store.imports.list()
        assert not state.finished
        assert 0 < state.records < report.files[0].records
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS, str(tmp_path / "killed"), str(path)], check=True, capture_output=True
    )
    assert done.stdout
    with Shop.open(tmp_path / "killed") as shop:
        assert contents(shop) == wanted
        assert shop.store.imports.list()[0].finished
        rejects = sorted((shop.folder / "rejects").glob("*.csv"))
        assert [pl.read_csv(each).height for each in rejects[-1:]] == [each.times for each in report.refusals]
        again = shop.run("import_data", files=[str(path)])
        assert [each.outcome for each in again.files] == ["imported before; nothing to do"]


def test_a_failing_batch_leaves_no_half_of_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is raised between two tables of one batch, neither table has the batch, and the next import has it all."""
    from mercer.store.writing import Writer

    write, calls = Writer.write, []

    def breaks(self: Writer, table: str, *given: Any, **named: Any) -> Any:
        calls.append(table)
        if len(calls) == 2:
            raise MemoryError
        return write(self, table, *given, **named)

    with open_counter(tmp_path) as counter:
        text = log()[1]
        monkeypatch.setattr(Writer, "write", breaks)
        with pytest.raises(MemoryError):
            counter.bring(log_csv=text)
        assert counter.everything() == {}
        monkeypatch.undo()
        (outcome,) = counter.bring(log_csv=text)
        assert (outcome.records, len(refused(outcome))) == (2500, 2)
        assert set(counter.everything()) == {"events", "products", "customers"}
