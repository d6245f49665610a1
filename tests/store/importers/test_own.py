"""Mercer's own table layout, in all the ways in which it may be written."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import polars as pl
import pytest
from counter import Counter, refused, unchanged

ROWS = [
    {"product_id": "cup", "title": "Blue, cup", "categories": ["Kitchen > Cups", "Gifts"], "rating_value": 4.5, "rating_count": 12,
     "created_at": "2026-01-31T08:00:00+01:00", "attributes": {"glaze": "matt"}},
    {"product_id": "pot", "title": "Pot"},
]  # fmt: skip
WANTED = [
    {"product_id": "cup", "title": "Blue, cup", "categories": ["Kitchen > Cups", "Gifts"], "rating_value": 4.5, "rating_count": 12,
     "created_at": datetime(2026, 1, 31, 7, tzinfo=UTC), "attributes": '{"glaze":"matt"}'},
    {"product_id": "pot", "title": "Pot"},
]  # fmt: skip
CSV = (
    "product_id,title,categories,rating_value,rating_count,created_at,attributes\n"
    'cup,"Blue, cup",Kitchen > Cups | Gifts,4.5,12,2026-01-31T08:00:00+01:00,"{""glaze"":""matt""}"\npot,Pot,,,,,\n'
)


def parquet() -> bytes:
    """The same as a Parquet file with real types."""
    frame = pl.DataFrame(ROWS).with_columns(
        pl.col("created_at").str.to_datetime("%Y-%m-%dT%H:%M:%S%#z"), pl.col("attributes").struct.json_encode()
    ).with_columns(attributes=pl.when(pl.col("product_id") == "cup").then("attributes"))  # fmt: skip
    file = io.BytesIO()
    frame.write_parquet(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("products_csv", CSV), ("anything_tsv", CSV.replace('"Blue, cup"', "Blue; cup").replace(",", "\t").replace("Blue; cup", "Blue, cup")),
        ("products_jsonl", "\n".join(map(json.dumps, ROWS))), ("products_json", json.dumps(ROWS)), ("products_parquet", parquet()),
        ("listed_csv", CSV.replace("Kitchen > Cups | Gifts", '"[""Kitchen > Cups"",""Gifts""]"')),
    ],
)  # fmt: skip
def test_every_way_of_writing_gives_the_same_rows(counter: Counter, name: str, content: str | bytes) -> None:
    """CSV, TSV, JSON lines, a JSON array, Parquet; lists as words with bars between them or as JSON."""
    (outcome,) = counter.bring(**{name: content})
    assert (outcome.layout and outcome.layout.name, outcome.refused) == ("own/products", 0)
    assert counter.rows("products") == WANTED


def test_a_table_is_told_by_its_name_where_columns_are_added(counter: Counter) -> None:
    """A column that the table does not have is left out, and that is said."""
    (outcome,) = counter.bring(
        orders_csv="order_id,placed_at,total_minor,currency,warehouse\n1,2026-01-01T00:00:00Z,1250,EUR,north\n"
    )
    assert counter.rows("orders", "order_id", "total_minor") == [{"order_id": "1", "total_minor": 1250}]
    assert any("warehouse" in note.en for note in outcome.notes)


def test_bounds_and_choices_are_kept_at_the_door(counter: Counter) -> None:
    """A status nobody knows, money with a point, a rating of eleven, a time before time: all refused, with line and field."""
    (variants,) = counter.bring(
        variants_csv="variant_id,product_id,price_minor,availability\nv1,p,12.50,in_stock\nv2,p,1250,maybe\nv3,p,9,in_stock\n"
    )
    assert [each[:3] for each in refused(variants)] == [(2, "price_minor", "12.50"), (3, "availability", "maybe")]
    (reviews,) = counter.bring(
        reviews_csv="review_id,rating,written_at\n1,11,2026-01-01\n2,5,1926-01-01\n3,5,2026-01-01\n"
    )
    assert [each[:3] for each in refused(reviews)] == [
        (2, "rating", "11"),
        (3, "written_at", "1926-01-01 00:00:00.000000+00:00"),
    ]
    assert [len(counter.rows("variants")), len(counter.rows("reviews"))] == [1, 1]


def test_nobody_brings_in_decisions(counter: Counter) -> None:
    """The decision log only grows by answers that were given."""
    (outcome,) = counter.bring(decisions_csv="decision_id,capability,decided_at\nd,c,2026-01-01\n")
    assert outcome.layout is None


def test_a_newer_export_changes_what_changed(counter: Counter) -> None:
    """Columns that a file does not have stay as they are."""
    counter.bring(products_csv=CSV)
    (newer,) = counter.bring(newer_csv="product_id,title\ncup,Green cup\npot,Pot\npan,Pan\n")
    written = newer.written["products"]
    assert (written.added, written.changed, written.unchanged) == (1, 1, 1)
    assert counter.rows("products", "title", "rating_count")[0] == {"title": "Green cup", "rating_count": 12}
    (again,) = counter.bring(newer_csv="product_id,title\ncup,Green cup\npot,Pot\npan,Pan\n", again=True)
    assert unchanged(again)
