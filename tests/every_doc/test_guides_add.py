"""The files that the guides tell a reader to add do what the guides say they do."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from mercer.capabilities import all_capabilities
from mercer.shop import Shop
from mercer.store.importing import layout as layouts

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
SALES = """sale_no;sold_on;article;pieces;price;buyer
7;2026-03-01 10:15;green-tea;2;4,50;ann
7;2026-03-01 10:15;teapot;1;29,00;ann
8;2026-03-02 18:40;teapot;-1;29,00;
9;2026-03-03 09:05;;1;3,20;bo
"""


def code_of(guide: str) -> str:
    """The first Python file that a guide shows."""
    found = re.search(r"^```python\n(.*?)^```$", (GUIDES / guide).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def beside(package: ModuleType, name: str, code: str, folder: Path) -> Iterator[None]:
    """The code as one more module of a package, without touching the package's folder."""
    (folder / f"{name}.py").write_text(code, encoding="utf-8")
    before = list(package.__path__)
    package.__path__ = [*before, str(folder)]
    yield
    package.__path__ = before
    sys.modules.pop(f"{package.__name__}.{name}", None)
    vars(package).pop(name, None)


@pytest.fixture
def marketday(tmp_path: Path) -> Iterator[None]:
    """The importer of the guide, where importers are looked for."""
    (tmp_path / "importers").mkdir()
    layouts.all_layouts.cache_clear()
    yield from beside(
        importlib.import_module(layouts.PACKAGE), "marketday", code_of("add-an-importer.md"), tmp_path / "importers"
    )
    layouts.all_layouts.cache_clear()


@pytest.fixture
def seasonal(tmp_path: Path) -> Iterator[None]:
    """The model of the guide, where models are looked for."""
    (tmp_path / "models").mkdir()
    package = importlib.import_module(all_capabilities()["recommend_products"].models_package)
    yield from beside(package, "seasonal", code_of("add-a-model.md"), tmp_path / "models")


@pytest.mark.usefixtures("marketday")
def test_the_importer_of_the_guide(tmp_path: Path) -> None:
    """It is recognised, reads amounts with a comma, keeps a returned piece, and refuses a line without an article."""
    (tmp_path / "sales.csv").write_text(SALES, encoding="utf-8")
    with Shop.create(tmp_path / "shop") as shop:
        report = shop.run("import_data", files=[str(tmp_path / "sales.csv")])
        assert [(each.layout, each.records, each.refused) for each in report.files] == [("marketday/sales", 4, 1)]
        assert (report.refusals[0].line, report.refusals[0].field) == (5, "article")
        orders = shop.store.frame("orders", ["order_id", "customer_id"]).sort("order_id")
        assert orders.rows() == [("7", "ann"), ("8", None)]
        lines = shop.store.frame("order_lines", ["order_line_id", "quantity", "unit_price_minor"]).sort("order_line_id")
        assert lines.rows() == [("7:green-tea", 2, 450), ("7:teapot", 1, 2900), ("8:teapot", -1, 2900)]
        again = shop.run("import_data", files=[str(tmp_path / "sales.csv")], again=True)
        assert all(each.added == each.changed == 0 for each in again.tables)


@pytest.mark.usefixtures("seasonal")
def test_the_model_of_the_guide(tmp_path: Path) -> None:
    """It is found, trained beside the baseline, and answers once it is chosen."""
    (tmp_path / "events.csv").write_text(visits(), encoding="utf-8")
    with Shop.create(tmp_path / "shop") as shop:
        shop.run("import_data", files=[str(tmp_path / "events.csv")])
        found = shop.run("train", models=["seasonal"]).capabilities["recommend_products"]
        assert {row.model: row.state for row in found.leaderboard} == {"popular": None, "seasonal": None}
        assert all(row.score is not None for row in found.leaderboard)


def visits() -> str:
    """A year and a bit in which each of four products is bought by turns."""
    rows = [
        f"person-{day % 30},product-{day // 3 % 4},purchase,{1_700_000_000 + day * 86_400}"
        for day in range(400)
        for _ in range(2)
    ]
    return "\n".join(["user_id,item_id,behaviour,timestamp", *rows]) + "\n"
