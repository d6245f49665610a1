"""Importing as the owner does it: by operation and by command, with a report that says what came of each file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from mercer.core.errors import Invalid, NotFound
from mercer.shop import Shop

LOG = """user_id,item_id,behavior,timestamp
7,kettle,pv,1700000000
7,kettle,buy,1700000060
8,teapot,fav,1700000100
9,,pv,1700000200
"""
ORDERS = """order_id,placed_at,customer_id,total_minor,currency
1001,2026-01-05T10:00:00Z,ann,1250,EUR
1002,not a day,ben,990,EUR
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop.create(tmp_path / "shop", currency="EUR")
    yield made
    made.close()


def written(tmp_path: Path, name: str, text: str) -> str:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_report_says_what_came_of_each_file_and_table(shop: Shop, tmp_path: Path) -> None:
    """Files, tables, refusals and remarks are all in the report, and the rows in the store."""
    report = shop.run("import_data", files=[written(tmp_path, "log.csv", LOG), written(tmp_path, "orders.csv", ORDERS)])
    files = {each.file: (each.layout, each.records, each.refused, each.outcome) for each in report.files}
    assert files == {
        "log.csv": ("interactions/events", 4, 1, "imported"), "orders.csv": ("own/orders", 2, 1, "imported"),
    }  # fmt: skip
    assert {each.table: each.added for each in report.tables} == {
        "events": 3, "products": 2, "customers": 2, "orders": 1,
    }  # fmt: skip
    refusals = {(each.file, each.field, each.line, each.found, each.times) for each in report.refusals}
    assert refusals == {("log.csv", "item_id", 5, "", 1), ("orders.csv", "placed_at", 3, "not a day", 1)}
    assert any("time since 1970" in each.text for each in report.remarks)
    assert shop.store.frame("events")["event_name"].to_list() == ["view_item", "purchase", "add_to_wishlist"]


def test_refused_rows_are_in_a_file(shop: Shop, tmp_path: Path) -> None:
    """The rejects file names line, field, what was found and why, in both languages."""
    report = shop.run("import_data", files=[written(tmp_path, "orders.csv", ORDERS)])
    assert len(report.rejects) == 1
    path = Path(report.rejects[0])
    assert path.parent == shop.folder / "rejects"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["line"], row["field"], row["found"]) for row in rows] == [("3", "placed_at", "not a day")]
    assert "2026-01-31T08:00:00Z" in rows[0]["reason"]
    assert "时间" in rows[0]["reason_zh"]


def test_importing_again_changes_nothing(shop: Shop, tmp_path: Path) -> None:
    """The same file is known by its content, under any name; --again reads it and finds all unchanged."""
    shop.run("import_data", files=[written(tmp_path, "log.csv", LOG)])
    once = shop.run("import_data", files=[written(tmp_path, "renamed.csv", LOG)])
    assert [each.outcome for each in once.files] == ["imported before; nothing to do"]
    assert not once.tables
    twice = shop.run("import_data", files=[written(tmp_path, "log.csv", LOG)], again=True)
    assert {(each.added, each.changed) for each in twice.tables} == {(0, 0)}


def test_unknown_files_are_named_with_what_they_lack(shop: Shop, tmp_path: Path) -> None:
    """Where nothing can be imported the error names each file and what the nearest layouts would need."""
    path = written(tmp_path, "odd.csv", "order_id,total_minor\n1,2\n")
    with pytest.raises(Invalid) as caught:
        shop.run("import_data", files=[path])
    assert "odd.csv" in caught.value.message.en
    assert "own/orders would need placed_at" in caught.value.message.en
    assert "own/orders 还需要 placed_at" in caught.value.message.zh
    assert "--layout" in caught.value.hint.en


def test_one_unknown_file_does_not_stop_the_others(shop: Shop, tmp_path: Path) -> None:
    """A folder with a readme and a picture in it is imported all the same."""
    folder = tmp_path / "export"
    folder.mkdir()
    written(folder, "log.csv", LOG)
    written(folder, "README.txt", "Hello,\nthis is an export.\n")
    (folder / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    report = shop.run("import_data", files=[str(folder)])
    assert {each.file: each.layout for each in report.files} == {
        "log.csv": "interactions/events", "README.txt": None, "logo.png": None,
    }  # fmt: skip
    assert shop.store.rows("events") == 3


def test_what_was_asked_for_wrongly_is_refused(shop: Shop, tmp_path: Path) -> None:
    """A path that leads nowhere, a zone and a layout that do not exist: each says so."""
    log = written(tmp_path, "log.csv", LOG)
    with pytest.raises(NotFound, match="nowhere"):
        shop.run("import_data", files=[str(tmp_path / "nowhere.csv")])
    with pytest.raises(Invalid, match="Mars/Olympus"):
        shop.run("import_data", files=[log], zone="Mars/Olympus")
    with pytest.raises(NotFound, match="myplatform"):
        shop.run("import_data", files=[log], layout="myplatform")
    with pytest.raises(Invalid, match="files"):
        shop.run("import_data", files=[])


def test_options_decide_what_the_file_leaves_open(shop: Shop, tmp_path: Path) -> None:
    """Zone, order of dates, currency and the meaning of rows without a behaviour are the person's to say."""
    text = "customer_id,product_id,date,price\nann,cup,03/04/2026 08:00,2.50\n"
    shop.run(
        "import_data", files=[written(tmp_path, "visits.csv", text)], zone="Asia/Shanghai", dates="month-first",
        currency="JPY", event="view_item",
    )  # fmt: skip
    row = shop.store.frame("events").row(0, named=True)
    assert row["occurred_at"].isoformat() == "2026-03-04T00:00:00+00:00"
    assert (row["event_name"], row["currency"], row["value_minor"]) == ("view_item", "JPY", 3)
