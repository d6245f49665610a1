"""mercer check: a report, a page, and repairs, through the shop's front desk."""

from __future__ import annotations

import polars as pl
import pytest

from mercer import Shop
from mercer.core.errors import Invalid, NotFound
from mercer.core.tables import table as declared
from mercer.store.schema import frame_schema
from mercer.trust.quality import view


def fill(shop: Shop, table: str, rows: list[dict]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    schema = frame_schema(declared(table), names)
    shop.store.write(table, pl.DataFrame([{name: row.get(name) for name in names} for row in rows], schema=schema))


@pytest.fixture
def shop(tmp_path):
    with Shop.create(tmp_path / "tea", currency="EUR") as opened:
        fill(opened, "products", [{"product_id": "pot", "title": "Pot"}, {"product_id": "POST", "title": "Postage"}])
        yield opened


def test_it_counts_by_severity_and_names_the_tables(shop):
    """The report adds up, and says what was looked at."""
    report = shop.run("check")
    assert report.shop == "tea"
    assert report.high + report.medium + report.low + report.note == len(report.findings) > 0
    assert [(each.table, each.rows) for each in report.tables] == [("products", 2)]
    assert [each.severity for each in report.findings] == sorted(
        (each.severity for each in report.findings), key=["high", "medium", "low", "note"].index
    )


def test_it_names_the_capabilities_that_pay(shop):
    """A defect of the catalogue names who reads the catalogue."""
    found = {each.code: each for each in shop.run("check").findings}
    assert "recommend_products" in found["services.among_products"].costs.capabilities


def test_an_empty_shop_is_told_to_import(tmp_path):
    """Where there is nothing, there is nothing to find, and the next thing to do is said."""
    with Shop.create(tmp_path / "empty") as empty:
        report = empty.run("check")
    assert report.findings == ()
    assert report.next == f"mercer import {tmp_path / 'empty'} FILE…"


def test_the_page_is_written(shop, tmp_path):
    """--html writes one file, in the language asked for."""
    path = tmp_path / "check.html"
    report = shop.run("check", html=str(path), language="zh-CN")
    assert report.html == str(path)
    text = path.read_text(encoding="utf-8")
    assert 'lang="zh-CN"' in text
    assert "services.among_products" in text


def test_a_page_that_cannot_be_written_is_refused(shop, tmp_path):
    """The refusal names the file and says what to do."""
    with pytest.raises(Invalid) as caught:
        shop.run("check", html=str(tmp_path / "nowhere" / "check.html"))
    assert "nowhere" in caught.value.message.en


def test_a_repair_is_a_dry_run_until_it_is_told_to_write(shop):
    """--repair shows, --repair --write does; afterwards the finding is gone."""
    dry = shop.run("check", repair=["services.among_products"])
    assert [(each.rows, each.written) for each in dry.repairs] == [(1, False)]
    assert dry.outcome == "rows that would change: 1; nothing was written yet"
    assert dry.high is None
    assert dry.next == f"mercer check {shop.folder} --repair services.among_products --write"
    assert "services.among_products" in {each.code for each in shop.run("check").findings}
    wet = shop.run("check", repair=["services.among_products"], write=True)
    assert [(each.rows, each.written) for each in wet.repairs] == [(1, True)]
    assert wet.next is None
    assert wet.outcome == "rows repaired: 1"
    again = shop.run("check", repair=["services.among_products"], write=True)
    assert (again.repairs, again.outcome) == ((), "nothing of it is there to be repaired")
    assert "services.among_products" not in {each.code for each in shop.run("check").findings}


def test_what_cannot_be_repaired_is_refused(shop):
    """An unknown code names the codes there are."""
    with pytest.raises(NotFound):
        shop.run("check", repair=["missing.title"])


def test_large_tables_are_looked_at_page_by_page(shop, monkeypatch):
    """A table that is laid out in pages on disk gives the same findings as one that is held in memory."""
    rows = [{"product_id": f"p{n}", "title": f"Thing {n // 2}", "brand": "Okto"} for n in range(40)]
    fill(shop, "products", rows)
    held = shop.run("check").findings
    monkeypatch.setattr(view, "IN_MEMORY", 10)
    monkeypatch.setattr(view, "PAGE", 7)
    assert shop.run("check").findings == held
    assert any(each.code == "duplicated.product" and each.found.count == 20 for each in held)


def test_its_page_keeps_it_on_this_machine():
    """It writes a file here, so it is never offered to anybody elsewhere."""
    from mercer.jobs import all_jobs

    assert all_jobs()["check_data"].local
