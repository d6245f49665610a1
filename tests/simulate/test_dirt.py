"""Dirt is planted where the ledger says, and nowhere else."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest

from mercer.simulate.dirt import misread
from mercer.simulate.generate import simulate
from mercer.simulate.truth import Truth
from mercer.trust.quality.mending import mend_mojibake


@pytest.fixture(scope="module")
def dirty(small_plan, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dirty")
    simulate(folder, small_plan.model_copy(update={"dirt": 0.1}))
    return folder


def test_a_clean_shop_has_an_empty_ledger(small_shop):
    """Without dirt nothing is planted."""
    assert Truth.load(small_shop / "truth").planted == {}


def test_the_ledger_counts_what_is_in_the_files(dirty):
    """Counted in the files themselves, each defect is there as often as the ledger says."""
    planted = Truth.load(dirty / "truth").planted
    with (dirty / "exports" / "products_export.csv").open(encoding="utf-8", newline="") as file:
        products = list(csv.DictReader(file))
    with (dirty / "exports" / "orders_export.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert planted["missing.customer"] == sum(row["Email"] == "" for row in lines)
    assert planted["codes.country_in_orders"] == sum(row["Billing Country"] == "XX" for row in lines)
    assert planted["duplicated.order"] == len({row["Name"] for row in lines if row["Name"].startswith("#W")})
    assert planted["ranges.free_variant"] == sum(row["Price"] == "0.00" for row in products)
    assert planted["encoding.markup"] == sum("<b>" in row["Title"] for row in products)
    assert planted["encoding.mojibake"] == sum(mend_mojibake(row["Title"]) != row["Title"] for row in products)
    assert planted["duplicated.product"] == len(
        {row["URL handle"] for row in products if row["URL handle"].endswith("-copy")}
    )
    events = []
    for path in sorted((dirty / "exports").glob("events_*.json.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            events += [json.loads(line) for line in file]
    assert planted["missing.actor"] == sum("user_pseudo_id" not in each for each in events)
    assert planted["orphans.events.product_id"] == sum(
        item["item_id"].startswith("ghost") for each in events for item in each["items"]
    )
    assert planted["ranges.future_events"] == sum(each["event_timestamp"] > "2000000000000000" for each in events)
    assert planted["traffic.robots"] == sum(each.get("user_pseudo_id", "").startswith("666.") for each in events)
    assert all(count > 0 for count in planted.values())


@pytest.mark.parametrize("text", ["Bouclé", "亚麻衬衫 藏青", "‘Qinghe’ – 茶", "naïve Ünïcödé"])
def test_misreading_can_be_mended(text):
    """What one programme garbles the other puts right."""
    assert misread(text) != text
    assert mend_mojibake(misread(text)) == text
